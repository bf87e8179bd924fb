import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { azureMarks } from "../../functions/configuration.ts";
import { bundle } from "../scripts/bundle.ts";
import { makeDemoKeys } from "../simulator/keys.ts";
import { type Child, startChild } from "./child.ts";
import type { HostUsage } from "./processes/host.ts";
import type { LoadOrder, LoadResult } from "./processes/load.ts";
import type { UpstreamReport } from "./processes/upstream.ts";

/** The function apps that are compared. */
export const appNames = ["relay", "bare-undici", "plain-axios", "hello"] as const;
export type AppName = (typeof appNames)[number];

/** A function app that runs in a host of its own. */
export interface RunningApp {
  usage(): Promise<HostUsage>;
  /** Sends it reads of the list of apps. */
  load(bounds: LoadBounds): Promise<LoadResult>;
  stop(): void;
}

export type LoadBounds = Pick<LoadOrder, "connections" | "maxRequests" | "maxMs">;

/** Everything that measures share: scripts, upstream, load generator, credentials. */
export interface Rig {
  startApp(name: AppName, execArgv?: readonly string[]): Promise<RunningApp>;
  /** What a process needs to serve an app from its start on: see measures/start.ts. */
  command(name: AppName): {
    args: string[];
    env: NodeJS.ProcessEnv;
    path: string;
    headers: Record<string, string>;
  };
  /** The same reads, sent to the upstream itself. */
  loadUpstream(bounds: LoadBounds): Promise<LoadResult>;
  upstreamReport(): Promise<UpstreamReport>;
  /** Text of the upstream's answer, fetched past everything. */
  upstreamAnswer(): Promise<string>;
  close(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, "../..");
const readPath = "/v1/apps?limit=8";

/** Bundles all processes into a temporary folder and starts upstream and load generator. */
export async function createRig(): Promise<Rig> {
  const folder = await mkdtemp(path.join(tmpdir(), "relay-bench-"));
  await writeFile(path.join(folder, "package.json"), '{ "type": "module" }\n');
  const script = async (name: string, entry: string) => {
    const outdir = path.join(folder, name, "dist");
    // The others are built as esbuild builds them: what is compared is what a developer would have.
    await bundle({ entry: path.join(root, entry), outdir, wholePackages: name !== "relay" });
    // Without the project's host.json an app would have another host's settings.
    await copyFile(path.join(root, "host.json"), path.join(folder, name, "host.json"));
    return path.join(outdir, "index.js");
  };
  const [upstreamScript, loadScript, hostScript, mainScript, ...apps] = await Promise.all([
    script("upstream", "local/bench/processes/upstream.ts"),
    script("load", "local/bench/processes/load.ts"),
    script("host", "local/bench/processes/host.ts"),
    script("main", "local/host/main.ts"),
    script("relay", "functions/index.ts"),
    script("bare-undici", "local/bench/fixtures/bare-undici.ts"),
    script("plain-axios", "local/bench/fixtures/plain-axios.ts"),
    script("hello", "local/bench/fixtures/hello.ts"),
  ]);
  const bundles = new Map(appNames.map((name, index) => [name, apps[index] ?? ""]));

  const vault = path.join(folder, "vault");
  await mkdir(vault);
  for (const [name, document] of Object.entries(makeDemoKeys().vault)) {
    await writeFile(path.join(vault, `${name}.json`), JSON.stringify(document), { mode: 0o600 });
  }
  const upstream: Child<{ origin: string }, object, UpstreamReport> = await startChild(upstreamScript);
  const load: Child<object, LoadOrder, LoadResult> = await startChild(loadScript);
  const { origin } = upstream.hello;
  const functionKey = randomBytes(24).toString("base64url");
  // As long as a token of App Store Connect.
  const token = randomBytes(180).toString("base64url");

  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const mark of azureMarks) delete env[mark];
  for (const name of [
    "KEY_VAULT_URL",
    "AzureWebJobsStorage",
    "PUBLIC_URL",
    "NODE_OPTIONS",
    "NODE_COMPILE_CACHE",
  ])
    delete env[name];
  Object.assign(env, {
    AZURE_FUNCTIONS_ENVIRONMENT: "Development",
    LOCAL_VAULT: vault,
    LOCAL_FUNCTION_KEY: functionKey,
    PORT: "0",
    APP_STORE_CONNECT_URL: origin,
    APP_STORE_CONNECT_TOKEN: token,
  });
  const headers = { "x-functions-key": functionKey };
  const loadUpstream = (bounds: LoadBounds) =>
    load.ask({ origin, path: readPath, headers: { authorization: `Bearer ${token}` }, ...bounds });

  return {
    async startApp(name, execArgv = []) {
      const args = [bundles.get(name) ?? "", functionKey];
      const host: Child<{ url: string }, object, HostUsage> = await startChild(hostScript, {
        args,
        env,
        execArgv,
      });
      const url = new URL(host.hello.url);
      return {
        usage: () => host.ask({}),
        load: (bounds) =>
          load.ask({
            origin: url.origin,
            path: `/api/relay/app-store-connect${readPath}`,
            headers,
            ...bounds,
          }),
        stop: host.stop,
      };
    },
    command: (name) => ({
      args: [mainScript, bundles.get(name) ?? ""],
      env,
      path: name === "hello" ? "/hello" : `/relay/app-store-connect${readPath}`,
      headers,
    }),
    loadUpstream,
    upstreamReport: () => upstream.ask({}),
    async upstreamAnswer() {
      const answer = await fetch(`${origin}${readPath}`, { headers: { authorization: `Bearer ${token}` } });
      return answer.text();
    },
    async close() {
      load.stop();
      upstream.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
