import type { Json } from "./json.ts";

/** What a handler answers. `json` becomes the body unless `bytes` is given; neither means an empty body. */
export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string | string[]>>;
  json?: Json;
  bytes?: Uint8Array;
}

/** Thrown by a handler to end the call with an error answer. `reason` goes to the simulator's log, never on the wire. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly reply: Reply;

  constructor(reply: Reply, reason: string) {
    super(reason);
    this.reply = reply;
  }
}

/** A text answer that is not JSON. */
export function textReply(status: number, contentType: string, text: string): Reply {
  return { status, headers: { "content-type": contentType }, bytes: Buffer.from(text) };
}
