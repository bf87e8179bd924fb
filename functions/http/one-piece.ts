import { ReadableStream } from "node:stream/web";
import type { HttpResponseInit } from "@azure/functions";

/**
 * An answer whose body, where it is there already, is a stream that holds all of it. Only for the Functions library,
 * which makes a `Response` of it and reads that: of text or bytes, that takes twice the time (17 against 9 µs on Node
 * 20, 7 against 4 on Node 22, measured with 3 KB), and is a tenth of what the library spends on a call.
 */
export function inOnePiece(answer: HttpResponseInit): HttpResponseInit {
  const { body } = answer;
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return answer;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  return { ...answer, body: stream };
}
