import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Runtime } from "../../../functions/runtime.ts";
import type { Message } from "../core/message.ts";
import type { AnswerFault } from "./fault.ts";

/** Slow enough that no client's deadline survives a body of a few kilobytes. */
const defaultDripMs = 50;

/** Sends headers at once, without waiting for a body. */
async function flushHead(response: ServerResponse, message: Message): Promise<void> {
  response.writeHead(message.status, message.headers);
  response.flushHeaders();
  await settled();
}

/** One turn of the event loop, so that what was written is with the peer before the socket is broken. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function writeHalf(response: ServerResponse, message: Message): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write(message.body.subarray(0, Math.max(1, Math.floor(message.body.length / 2))), () =>
      resolve(),
    );
  });
  await settled();
}

async function untilClosed(response: ServerResponse): Promise<void> {
  if (!response.destroyed) await once(response, "close");
}

async function drip(response: ServerResponse, message: Message, intervalMs: number, runtime: Runtime) {
  await flushHead(response, message);
  for (const byte of message.body) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await runtime.sleep(intervalMs);
  }
  response.end();
}

/** Sends the answer whole. */
export function send(response: ServerResponse, message: Message): void {
  response.writeHead(message.status, message.headers);
  response.end(message.body);
}

/** Sends the answer as the fault has it: broken, stalled, short or slow. */
export async function sendFaulty(
  response: ServerResponse,
  message: Message,
  fault: AnswerFault,
  runtime: Runtime,
): Promise<void> {
  const { socket } = response;
  switch (fault.kind) {
    case "reset":
    case "stall":
      if (fault.at !== "before-headers") await flushHead(response, message);
      if (fault.at === "mid-body") await writeHalf(response, message);
      if (fault.kind === "stall") await untilClosed(response);
      else socket?.resetAndDestroy();
      return;
    case "applied-then-lost":
      socket?.resetAndDestroy();
      return;
    case "drip":
      await drip(response, message, fault.intervalMs ?? defaultDripMs, runtime);
      return;
    case "truncated":
      if (fault.contentLength === "right") send(response, message);
      else {
        await flushHead(response, message);
        // A clean end of the connection, short of what the length promised.
        response.write(message.body, () => socket?.end());
      }
      return;
    default:
      send(response, message);
  }
}
