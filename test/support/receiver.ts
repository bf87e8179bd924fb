import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that a receiver got. */
export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a receiver answers: a status, `drop` for a broken connection, or a promise of either. */
export type ReceiverAnswer = number | "drop" | Promise<number | "drop">;

/** A server on loopback that others send to, such as a function app or a subscriber. */
export interface Receiver {
  /** Origin, without a trailing slash. */
  url: string;
  /** What arrived, oldest first. */
  received: Received[];
  /** Decides about each request from now on. */
  answer: (request: Received) => ReceiverAnswer;
  /** Resolves once that many requests have arrived, however long it takes. */
  got(count: number): Promise<Received[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a receiver that answers 200 until told otherwise. */
export async function startReceiver(): Promise<Receiver> {
  const waiting: { count: number; done(): void }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => {
      body += part;
    });
    request.on("end", async () => {
      const { method = "", url = "", headers } = request;
      const received = { method, url, headers, body };
      receiver.received.push(received);
      for (const { count, done } of waiting) if (receiver.received.length >= count) done();
      const answer = await receiver.answer(received);
      if (answer === "drop") request.socket.destroy();
      else response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    answer: () => 200,
    got: (count) =>
      new Promise((resolve) => {
        const done = () => resolve(receiver.received);
        if (receiver.received.length >= count) done();
        else waiting.push({ count, done });
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
