import { onEnd } from "../on-end.ts";
import { UsageError } from "../usage-error.ts";
import { type Listener, listen } from "./listen.ts";
import { help, readOptions, type SubscriberOptions } from "./options.ts";
import { RelayRefused, subscribe, unsubscribe } from "./relay.ts";
import { line } from "./show.ts";

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs `npm run subscriber -- …` until it is asked to end.
 *
 * @returns the exit code: 0, 1 where the relay is not there or refuses, 2 where the command line is wrong.
 */
export async function runSubscriber(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  try {
    const options = readOptions(args, env);
    if (options === "help") say(help);
    else await follow(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof RelayRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function follow(options: SubscriberOptions): Promise<void> {
  const { relay, source, filters, status, json } = options;
  const seen = new Set<unknown>();
  const answered = status === 202 ? "" : `  answered ${status}`;
  const listener = await open(options, (event) => {
    const { id } = Object(event);
    const again = seen.has(id) ? "  again" : "";
    seen.add(id);
    say(json ? JSON.stringify(event) : `${line(event)}${answered}${again}`);
  });
  try {
    const asked = new Promise<void>((resolve) => onEnd(resolve));
    const location = await subscribe(options, listener.url);
    const only = Object.entries(filters).map(([name, value]) => `, ${name} ${String(value)}`);
    // Whoever reads events as JSON wants nothing else on standard output.
    (json ? console.error : say)(
      `Subscribed at ${relay} to ${source}${only.join("")}. Events are printed as they arrive; Ctrl+C ends it.`,
    );
    await asked;
    await unsubscribe(location);
    (json ? console.error : say)("The subscription has ended.");
  } finally {
    listener.close();
  }
}

async function open({ port, status }: SubscriberOptions, take: (event: unknown) => void): Promise<Listener> {
  try {
    return await listen(port, status, take);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `Port ${port} cannot be listened at (${code}): choose another, or leave --port out.`,
    );
  }
}
