/** The built function app as a process of its own, whose memory can be watched from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { canary } from "./canary.ts";
import { buildApp } from "./function-app.ts";

export interface WatchedHost {
  url: string;
  key: string;
  /** Bytes by which the process grew at most while `work` ran. */
  growth(work: () => Promise<unknown>): Promise<number>;
  fetch(target: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const main = path.resolve(import.meta.dirname, "../../local/host/main.ts");
const probe = pathToFileURL(path.resolve(import.meta.dirname, "memory-probe.ts")).href;

/** Starts it with exactly these settings, beside what a process needs to run. */
export async function startWatchedHost(settings: Record<string, string>): Promise<WatchedHost> {
  const app = await buildApp();
  const key = canary("function-key");
  const { PATH = "", SystemRoot = "", TEMP = "" } = process.env;
  const child = spawn(
    process.execPath,
    ["--expose-gc", "--import", "tsx", "--import", probe, main, app.bundle],
    {
      env: { PATH, SystemRoot, TEMP, PORT: "0", LOCAL_FUNCTION_KEY: key, ...settings },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const close = async () => {
    const ended = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await ended;
    await app.close();
  };
  const ready = () => /^Ready: (\S+)$/m.exec(output)?.[1];
  while (ready() === undefined) {
    if (child.exitCode !== null) {
      await close();
      throw new Error(`The host ended: ${output}`);
    }
    await Promise.race([child.stdout && once(child.stdout, "data"), once(child, "exit")]);
  }
  const url = ready() ?? "";
  return {
    url,
    key,
    async growth(work) {
      await ask(child, "begin");
      await work();
      return ask(child, "end");
    },
    fetch: (target, init = {}) =>
      fetch(`${url}${target}`, {
        ...init,
        headers: { "x-functions-key": key, ...Object.fromEntries(new Headers(init.headers)) },
      }),
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
