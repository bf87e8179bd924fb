import { type ChildProcess, fork } from "node:child_process";

/** A process that answers questions, several at a time. */
export interface Link {
  /** What the process said when it was ready. */
  readonly hello: Readonly<Record<string, string>>;
  /** @throws Error with what the other side threw. */
  ask<Value>(method: string, ...args: readonly unknown[]): Promise<Value>;
  close(): void;
}

/** What answers the questions of one name. */
export type Answerers = Readonly<Record<string, (...args: never[]) => unknown>>;

interface Question {
  id: number;
  method: string;
  args: readonly unknown[];
}

type Reply = { id: number } & ({ value: unknown } | { error: string });

/** Starts the process of a bundled script. It ends with this one. */
export async function startLinked(script: string, args: readonly string[]): Promise<Link> {
  const child = fork(script, [...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    serialization: "advanced",
    execArgv: ["--enable-source-maps"],
  });
  // The other side is a script of this folder, which begins by saying where it is.
  const hello = (await firstMessage(child)) as Record<string, string>;
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let questions = 0;
  /** Those of one turn go together: a message costs more than most answers. */
  let next: Question[] = [];
  child.on("message", (message) => {
    for (const reply of message as readonly Reply[]) {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ("error" in reply) asked?.reject(new Error(reply.error));
      else asked?.resolve(reply.value);
    }
  });
  child.once("exit", (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`A process of the benchmark ended (${code}).`));
  });
  return {
    hello,
    ask<Value>(method: string, ...args: readonly unknown[]) {
      questions += 1;
      const question: Question = { id: questions, method, args };
      return new Promise<Value>((resolve, reject) => {
        // Each method has one kind of answer; who asks knows it.
        waiting.set(question.id, { resolve: (value) => resolve(value as Value), reject });
        next.push(question);
        if (next.length > 1) return;
        setImmediate(() => {
          child.send(next);
          next = [];
        });
      });
    },
    close: () => child.disconnect(),
  };
}

/** The other side of a link: says that it is ready and answers what it is asked. */
export function answerLink(hello: Readonly<Record<string, string>>, answerers: Answerers): void {
  process.on("message", (message) => {
    const questions = message as readonly Question[];
    void Promise.all(questions.map((question) => replyTo(answerers, question))).then((replies) =>
      process.send?.(replies),
    );
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.(hello);
}

async function replyTo(answerers: Answerers, { id, method, args }: Question): Promise<Reply> {
  try {
    const answer = answerers[method];
    if (!answer) throw new Error(`Nothing answers ${method}.`);
    return { id, value: await answer(...(args as never[])) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

function firstMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`A process of the benchmark ended (${code}).`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message);
    });
  });
}
