import { randomBytes } from "node:crypto";
import { onEnd } from "../on-end.ts";
import { type Host, startHost } from "./host.ts";

/** What a process that is a local host does besides. */
export interface RunOptions {
  /** Path of the bundle's entry. */
  bundle: string;
  /** Settings: `PORT`, `LOCAL_FUNCTION_KEY`, and all that the app reads. */
  env: NodeJS.ProcessEnv;
  /** Says more before the ready line. */
  introduce?(host: Host, functionKey: string): void;
  /** Ends what the app needed besides the host, after it, also when the start fails. */
  close?(): Promise<void>;
}

/**
 * Runs a local host until SIGINT or SIGTERM; a second signal ends the process at once. The last line of its start is
 * `Ready: <url>`, on standard output; logs go to standard error.
 *
 * @throws Error with a sentence that says what to change.
 */
export async function runHost({ bundle, env, introduce, close = async () => {} }: RunOptions): Promise<void> {
  const functionKey = env.LOCAL_FUNCTION_KEY || randomBytes(32).toString("base64url");
  let host: Host;
  try {
    env.AZURE_FUNCTIONS_ENVIRONMENT ??= "Development";
    host = await startHost({
      bundle,
      env,
      port: portOf(env.PORT),
      functionKey,
      log: (line) => process.stderr.write(`${line}\n`),
      inPlace: true,
    });
  } catch (error) {
    await close();
    throw error;
  }
  const stop = async () => {
    try {
      await host.close();
      await close();
      process.exit(0);
    } catch (error) {
      fail(error);
      process.exit(1);
    }
  };
  onEnd(() => void stop());

  // Only now: whoever reads that it is ready may end it at once.
  if (!env.LOCAL_FUNCTION_KEY) say(`Function key (LOCAL_FUNCTION_KEY was not set): ${functionKey}`);
  introduce?.(host, functionKey);
  say(`Ready: ${host.url}`);
}

/** One line for the person who started it. */
export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** The sentence of an error that ends the start. */
export function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function portOf(text: string | undefined): number {
  if (text === undefined || text === "") return 7071;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Error("PORT must be a number from 0 to 65535; 0 picks a free port.");
  return port;
}
