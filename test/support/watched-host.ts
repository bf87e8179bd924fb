/** The built function app as a process of its own, whose memory can be watched from outside. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { canary } from "./canary.ts";
import { buildApp } from "./function-app.ts";
import { type HostProcess, startHostProcess } from "./host-process.ts";

export interface WatchedHost extends Pick<HostProcess, "url" | "fetch"> {
  key: string;
  /** Bytes by which the process grew at most while `work` ran. */
  growth(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const probe = pathToFileURL(path.resolve(import.meta.dirname, "memory-probe.ts")).href;

/** Starts it with exactly these settings, beside what a process needs to run. */
export async function startWatchedHost(settings: Record<string, string>): Promise<WatchedHost> {
  const app = await buildApp();
  const key = canary("function-key");
  const host = await startHostProcess({
    bundle: app.bundle,
    key,
    settings,
    nodeArguments: ["--expose-gc", "--import", probe],
  }).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const close = async () => {
    await host.end("SIGKILL");
    await app.close();
  };
  return {
    url: host.url,
    key,
    async growth(work) {
      await ask(host.child, "begin");
      await work();
      return ask(host.child, "end");
    },
    fetch: host.fetch,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function ask(child: ChildProcess, message: "begin" | "end"): Promise<number> {
  const answered = once(child, "message");
  child.send(message);
  const [{ grown }] = (await answered) as [{ grown: number }];
  return grown;
}
