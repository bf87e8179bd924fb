/** Faults of single calls of Apple's. */
import { Readable } from "node:stream";
import type { Client } from "../../../../functions/upstream/client.ts";
import { UpstreamFailure } from "../../../../functions/upstream/failure.ts";
import type { Trial } from "./trial.ts";

/** How a call of Apple's can fail. */
export interface Fault {
  name: string;
  /** @param call carries it out. */
  answer(call: () => ReturnType<Client>, trial: Trial): ReturnType<Client>;
}

const lost = () => new UpstreamFailure("broken", "The connection broke.", { sent: true });

/** An error of Apple's with any status. */
export async function faultyAnswer(code: number, headers: Record<string, string> = {}): ReturnType<Client> {
  const errors = [{ status: String(code), code: "FAULT", title: "A fault", detail: "A fault" }];
  const body = Readable.from([Buffer.from(JSON.stringify({ errors }))]);
  return { status: code, headers: { "content-type": "application/json", ...headers }, body };
}

export const faults: readonly Fault[] = [
  {
    name: "is refused a connection",
    answer: () => Promise.reject(new UpstreamFailure("unreachable", "Refused.", { sent: false })),
  },
  { name: "breaks before it arrives", answer: () => Promise.reject(lost()) },
  { name: "is carried out and its answer lost", answer: (call) => call().then(() => Promise.reject(lost())) },
  { name: "is answered 500", answer: () => faultyAnswer(500) },
  { name: "is carried out and answered 502", answer: (call) => call().then(() => faultyAnswer(502)) },
  { name: "is answered 429", answer: () => faultyAnswer(429) },
  {
    name: "is answered 429 with a wait beyond the step",
    answer: () => faultyAnswer(429, { "retry-after": "90" }),
  },
  {
    name: "is carried out and takes longer than there is time",
    async answer(call, { time }) {
      await call();
      time.advance(20_000);
      throw new UpstreamFailure("deadline", "Time ran out.", { sent: true });
    },
  },
];
