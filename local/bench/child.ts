import { type ChildProcess, fork } from "node:child_process";

/** A process of the benchmark, which answers one message at a time. */
export interface Child<Hello, Order extends object, Result> {
  /** What it said when it was ready. */
  hello: Hello;
  /** Sends an order and waits for its result. @throws Error when the process ends instead. */
  ask(order: Order): Promise<Result>;
  stop(): void;
}

/**
 * Starts a process and waits until it is ready.
 *
 * @param script a bundled script, so that no compiler runs in what is measured.
 */
export async function startChild<Hello, Order extends object, Result>(
  script: string,
  options: { args?: readonly string[]; env?: NodeJS.ProcessEnv; execArgv?: readonly string[] } = {},
): Promise<Child<Hello, Order, Result>> {
  const { args = [], env = process.env, execArgv = [] } = options;
  const child = fork(script, [...args], {
    env,
    execArgv: [...execArgv],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  // The other side of each message is a script of this folder, which says what it sends in its own types.
  const hello = (await nextMessage(child)) as Hello;
  return {
    hello,
    async ask(order) {
      const answer = nextMessage(child);
      child.send(order);
      return (await answer) as Result;
    },
    stop: () => child.disconnect(),
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`A process of the benchmark ended (${code}).`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message);
    });
  });
}
