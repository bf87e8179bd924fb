import { createServer, type ServerResponse } from "node:http";
import { type Authority, makeAuthority } from "./authority.ts";
import { type OcspFacts, ocspAnswer } from "./ocsp-answer.ts";

/** Does something with a request: `answer` writes the bytes of an answer, and anything else may be done instead. */
export type OcspBehaviour = (request: Uint8Array, response: ServerResponse) => void | Promise<void>;

/** A responder on this machine, with the authority whose certificates name it. */
export interface Responder {
  origin: string;
  authority: Authority;
  /** Requests that came, oldest first. */
  readonly requests: readonly Uint8Array[];
  /** What it does from now on; in the beginning it says of every certificate that it is good. */
  behave(behaviour: OcspBehaviour): void;
  /** Says that of every certificate from now on. */
  say(facts: OcspFacts): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Writes the bytes of an answer as OCSP over HTTP has it (RFC 6960, appendix A). */
export function answer(response: ServerResponse, bytes: Uint8Array): void {
  response.writeHead(200, { "content-type": "application/ocsp-response", "content-length": bytes.length });
  response.end(bytes);
}

/** Starts it on a free port of the loopback interface. */
export async function startResponder(): Promise<Responder> {
  const requests: Uint8Array[] = [];
  let behaviour: OcspBehaviour = () => undefined;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const bytes = Buffer.concat(parts);
    requests.push(bytes);
    await behaviour(bytes, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no address.");
  const origin = `http://127.0.0.1:${address.port}`;
  const authority = await makeAuthority(`${origin}/ocsp03-simulated`);
  const say = (facts: OcspFacts) => {
    behaviour = async (request, response) => answer(response, await ocspAnswer(request, authority, facts));
  };
  say({});
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    origin,
    authority,
    requests,
    behave(next) {
      behaviour = next;
    },
    say,
    close,
    [Symbol.asyncDispose]: close,
  };
}
