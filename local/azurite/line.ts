import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

/**
 * What host and Azurite say to each other on the control port, one JSON object a line:
 *
 * 1. host → Azurite: `{ nonce }`
 * 2. Azurite → host: `{ nonce, proof }`
 * 3. host → Azurite: `{ proof }`
 * 4. Azurite → host: `AzuriteFacts`, once it serves
 * 5. host → Azurite: `{ release: true }`, when the host ends in order
 *
 * Both prove that they know the account key without saying it: any program of this machine can listen on a port that
 * has become free, or connect to one.
 */
export interface AzuriteFacts {
  pid: number;
  connectionString: string;
}

type Message = Readonly<Record<string, unknown>>;

/** A connection that speaks in lines. */
export interface Line {
  send(message: object): void;
  /** The next message. Undefined when the other side has gone, or says what nobody understands. */
  next(): Promise<Message | undefined>;
}

export function lineOver(socket: Socket): Line {
  // A connection that breaks has ended; there is nobody to tell.
  socket.on("error", () => undefined);
  const reader = createInterface({ input: socket });
  const lines = reader[Symbol.asyncIterator]();
  // The reader sees an end that was said, and not a connection that was refused or cut off.
  socket.once("close", () => reader.close());
  return {
    send: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    async next() {
      try {
        const line = await lines.next();
        if (line.done) return undefined;
        const message: unknown = JSON.parse(line.value);
        return typeof message === "object" && message !== null ? { ...message } : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

export const newNonce = (): string => randomBytes(32).toString("base64");

/** What only a holder of the key can answer to `nonce`. The side keeps one side's answer from serving the other. */
export function proofOf(accountKey: string, side: "host" | "azurite", nonce: unknown): string {
  return createHmac("sha256", accountKey).update(`${side} ${nonce}`).digest("base64");
}

export function proves(expected: string, given: unknown): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(String(given))];
  return a.length === b.length && timingSafeEqual(a, b);
}
