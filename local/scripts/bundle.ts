import { build, type Plugin } from "esbuild";
import { lazyOperations } from "./operation-index.ts";

/** What to bundle and where to. The entry's bundle is always `<outdir>/index.js`, whatever the entry is called. */
export interface BundleOptions {
  entry: string;
  outdir: string;
  /** For apps that use more of axios and undici than this project does: none of it is left out. */
  wholePackages?: boolean;
}

/**
 * What takes the place of a package's entry: only the parts that functions/upstream/ uses, since the entries load
 * everything. Importing anything else from them fails the build. Measured on loading the bundle, with the stand-ins
 * below: 67 ms and 1.5 MB became 40 ms and 0.7 MB.
 */
const leanEntries: Readonly<Record<string, string>> = {
  // Without fetch, mocks, caches, proxies, cookies, WebSockets.
  undici: `
    import Agent from "undici/lib/dispatcher/agent.js";
    import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
    import request from "undici/lib/api/api-request.js";
    Dispatcher.prototype.request = request;
    export { Agent };`,
  axios: `export { default as Axios } from "axios/unsafe/core/Axios.js";`,
};

/**
 * Stand-ins for files that are not reached: with a transport given, axios does not choose among its own ones (with them
 * redirects, proxies, fetch) and makes no forms (with them a table of all media types); undici speaks HTTP/2 only where
 * `allowH2` is set, and `node:http2` alone takes 4 ms to load; it needs fetch's bodies only to send forms.
 */
const standIns: readonly (readonly [RegExp, string])[] = [
  [/axios[\\/]lib[\\/]adapters[\\/]adapters\.js$/, "export default { getAdapter: (own) => own };"],
  [/axios[\\/]lib[\\/]platform[\\/]node[\\/]classes[\\/]FormData\.js$/, "export default null;"],
  [
    /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/,
    'module.exports = () => { throw new Error("HTTP/2 is not in this bundle."); };',
  ],
  [
    /undici[\\/]lib[\\/]web[\\/]fetch[\\/]body\.js$/,
    'exports.extractBody = () => { throw new Error("Forms are not in this bundle."); };',
  ],
];

const leanPackages: Plugin = {
  name: "lean-packages",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^(undici|axios)$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: "lean",
      pluginData: resolveDir,
    }));
    onLoad({ filter: /./, namespace: "lean" }, ({ path, pluginData }) => ({
      contents: leanEntries[path] ?? "",
      resolveDir: pluginData,
    }));
    for (const [filter, contents] of standIns) onLoad({ filter }, () => ({ contents }));
  },
};

/**
 * Bundles a function app for Node 20 and later: ES modules, with dynamic imports as chunks of their own, so that what
 * a call does not need (the Azure SDKs) is not read at start.
 *
 * Whitespace and syntax are minified, names are not: renaming made the load slower in measurement (86 against 76 ms
 * for axios, jose, undici and TypeBox) and stack traces unreadable.
 */
export async function bundle({ entry, outdir, wholePackages = false }: BundleOptions): Promise<void> {
  await build({
    entryPoints: { index: entry },
    outdir,
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "node",
    target: "node20",
    // Only the Functions runtime has this module. It hands it out by wrapping Module.prototype.require, which the
    // require made below goes through on Node 20, 22 and 24; an import statement would not.
    external: ["@azure/functions-core"],
    banner: {
      js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
    },
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "linked",
    logLevel: "warning",
    plugins: wholePackages ? [] : [leanPackages, lazyOperations],
  });
}
