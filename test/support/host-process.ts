/** The built function app under the local host, as a process of its own that can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

export interface HostProcess {
  url: string;
  child: ChildProcess;
  /** What it wrote until now. */
  output(): string;
  /** A request with the key. */
  fetch(target: string, init?: RequestInit): Promise<Response>;
  /** Sends a signal and waits for the end. @returns the exit code, null where the signal ended it. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

export interface HostProcessOptions {
  /** Path of the bundle's entry. */
  bundle: string;
  /** Opens every function. */
  key: string;
  /** Exactly these, beside what a process needs to run. Without `PORT` it takes a free one. */
  settings: Readonly<Record<string, string>>;
  /** Arguments of Node's own. */
  nodeArguments?: readonly string[];
}

/** Ends the host when the test process is gone, however that ended. */
const leaveWithParent = `data:text/javascript,process.on("disconnect",()=>process.exit(1));process.channel.unref()`;

const main = path.resolve(import.meta.dirname, "../../local/host/main.ts");

/** Starts it and waits until it is ready. @throws Error with what it wrote when it ends instead. */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const { bundle, key, settings, nodeArguments = [] } = options;
  const { PATH = "", SystemRoot = "", TEMP = "" } = process.env;
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--import", leaveWithParent, ...nodeArguments, main, bundle],
    {
      env: { PATH, SystemRoot, TEMP, PORT: "0", LOCAL_FUNCTION_KEY: key, ...settings },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  const ended = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ready = () => /^Ready: (\S+)$/m.exec(output)?.[1];
  while (ready() === undefined) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The host ended: ${output}`);
    await Promise.race([child.stdout && once(child.stdout, "data"), ended]);
  }
  const url = ready() ?? "";
  return {
    url,
    child,
    output: () => output,
    fetch: (target, init = {}) =>
      fetch(`${url}${target}`, {
        ...init,
        headers: { "x-functions-key": key, ...Object.fromEntries(new Headers(init.headers)) },
      }),
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}
