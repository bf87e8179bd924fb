import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Host, type HostOptions, startHost } from "../../local/host/host.ts";
import { bundle } from "../../local/scripts/bundle.ts";

/** A built function app in a folder of its own. */
export interface TestApp {
  folder: string;
  /** A host of it, with the lines that it logged. */
  start(options?: Partial<HostOptions>): Promise<{ host: Host; lines: string[] }>;
  remove(): Promise<void>;
}

export const functionKey = "the function key of the test";

/**
 * Bundles a fixture and gives it a host.json: the one passed, else the project's own.
 *
 * @param fixture file name in test/host/fixture, or the source text of an entry that imports from there.
 */
export async function testApp(fixture = "index.ts", hostJson?: unknown): Promise<TestApp> {
  const folder = await mkdtemp(path.join(tmpdir(), "test-app-"));
  await bundle({
    entry: path.join(import.meta.dirname, "fixture", fixture),
    outdir: path.join(folder, "dist"),
  });
  await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
  if (hostJson === undefined) {
    await cp(path.join(import.meta.dirname, "../../host.json"), path.join(folder, "host.json"));
  } else {
    await writeFile(path.join(folder, "host.json"), JSON.stringify(hostJson));
  }
  return {
    folder,
    async start(options = {}) {
      const lines: string[] = [];
      const host = await startHost({
        bundle: path.join(folder, "dist/index.js"),
        env: {},
        port: 0,
        functionKey,
        log: (line) => lines.push(line),
        ...options,
      });
      return { host, lines };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
