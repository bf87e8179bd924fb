/** The project's own bundle behind the local host, over a relay's simulator and vault folder. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Host, startHost } from "../../local/host/host.ts";
import { bundle } from "../../local/scripts/bundle.ts";
import { canary, observe } from "./canary.ts";
import type { Relay } from "./relay.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface FunctionApp {
  host: Host;
  /** `http://127.0.0.1:<port>/api`. */
  url: string;
  /** Opens every function. It must stand in no answer and no log line. */
  key: string;
  /** What the host logged, a line of JSON a record. */
  lines: string[];
  /** A request with the key. */
  fetch(target: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Settings that lead the function app to a relay's simulator and vault folder, and none of this process. */
export function settingsOf({ simulator, vault }: Relay): Record<string, string> {
  const { urls } = simulator;
  return {
    AZURE_FUNCTIONS_ENVIRONMENT: "Development",
    LOCAL_VAULT: vault,
    APP_STORE_CONNECT_URL: urls.appStoreConnect,
    APP_STORE_SERVER_URL: urls.appStoreServer,
    APP_STORE_SERVER_SANDBOX_URL: urls.appStoreServerSandbox,
    ADJUST_URL: urls.adjust,
    APPLE_ROOT_FINGERPRINTS: simulator.rootFingerprint,
    // Nobody calls the simulator by the clock while a test counts who does.
    BACKFILL_HOURS: "0",
  };
}

/** The folder of a built function app. `close` removes it. */
export async function buildApp(
  entry = path.join(root, "functions/index.ts"),
): Promise<{ folder: string; bundle: string; close(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "function-app-"));
  await bundle({ entry, outdir: path.join(folder, "dist") });
  await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
  await cp(path.join(root, "host.json"), path.join(folder, "host.json"));
  return {
    folder,
    bundle: path.join(folder, "dist/index.js"),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Builds the app and starts the host with exactly these settings. */
export async function startFunctionApp(env: Record<string, string>): Promise<FunctionApp> {
  const app = await buildApp();
  const key = canary("function-key");
  const lines: string[] = [];
  const host = await startHost({
    bundle: app.bundle,
    env,
    port: 0,
    functionKey: key,
    log: (line) => {
      lines.push(line);
      observe("the host's log", line);
    },
  }).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const close = async () => {
    await host.close();
    await app.close();
  };
  return {
    host,
    url: host.url,
    key,
    lines,
    fetch: (target, init = {}) =>
      fetch(`${host.url}${target}`, {
        redirect: "manual",
        ...init,
        headers: { "x-functions-key": key, ...Object.fromEntries(new Headers(init.headers)) },
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
