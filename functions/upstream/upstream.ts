import type { Readable } from "node:stream";
import type { ChosenCredential, TokenAudience } from "../credentials/index.ts";
import type { Runtime } from "../runtime.ts";
import type { Pacer, Payer, PublishedLimit } from "./budget.ts";
import { type Client, discard, type Exchange } from "./client.ts";
import type { Deadline } from "./deadline.ts";
import { UpstreamFailure } from "./failure.ts";
import { type OriginName, services } from "./origins.ts";
import { type UpstreamPath, upstreamUrl } from "./path.ts";
import { failureError, rateLimited } from "./refusal.ts";
import { type AttemptResult, decideRetry, maxAttempts } from "./retry.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** One call upstream, without any HTTP object of ours in it. */
export interface UpstreamCall {
  origin: OriginName;
  method: string;
  path: UpstreamPath;
  query?: readonly (readonly [string, string])[];
  credential: ChosenCredential;
  /** Whom the token is for; the App Store Server API needs a bundle ID. */
  audience?: TokenAudience;
  accept?: string;
  contentType?: string;
  body?: Uint8Array | Readable;
  /** Bytes of a streamed body, where its sender declared them. */
  contentLength?: number | undefined;
  /** A rate that the service publishes for calls like this one and does not state in its headers. */
  limit?: PublishedLimit;
  /** A write that is idempotent by its nature may be sent again after any passing fault. Reads always may. */
  idempotent?: boolean;
  deadline: Deadline;
}

/** What a service said last, with what was made of its body. */
export interface Received<Result> {
  status: number;
  headers: Readonly<Record<string, string>>;
  result: Result;
}

/**
 * Makes something of an answer's body: reads it to its end, hands it on, or destroys it. An UpstreamFailure that it
 * throws counts as a failed attempt, so that a read whose answer breaks off is repeated too.
 */
export type Receive<Result> = (exchange: Exchange) => Promise<Result> | Result;

/** The client of the three services. */
export interface Upstream {
  /**
   * Sends a call, paced and repeated as the rules allow, and answers what the service said last, whatever its status.
   *
   * @throws RelayError when there is no usable answer: `upstream_unavailable`, `upstream_timeout`,
   *   `bad_upstream_response`, `rate_limited` (a wait beyond the deadline), each with `outcome: "unknown"` where a
   *   write may have been applied.
   */
  send<Result>(call: UpstreamCall, receive: Receive<Result>): Promise<Received<Result>>;
  /** Origin that `name` is called at. */
  origin(name: OriginName): string;
  /** The same client for background work: its calls leave a share of every budget that the service states to others. */
  background(): Upstream;
  /**
   * Milliseconds until there is room for so many calls of background work; 0: now. It is an estimate, by what is known
   * here of the budget. Where nothing is known there is room.
   */
  waitFor(work: BackgroundWork): number;
  /** Counts calls of background work that begins now as made already. @returns what ends that, to be called once. */
  hold(work: BackgroundWork): () => void;
}

/** Calls that background work is about to make. */
export interface BackgroundWork {
  origin: OriginName;
  /** Name of the credential. */
  credential: string;
  calls: number;
  /** Those of them that go to one endpoint at most; absent: all of them. */
  atOne?: number | undefined;
}

interface UpstreamFacts {
  client: Client;
  runtime: Runtime;
  origins: Readonly<Record<OriginName, string>>;
  pacer: Pacer;
}

/** Puts the client together. */
export function createUpstream(facts: UpstreamFacts): Upstream {
  return upstreamFor(facts, false);
}

function upstreamFor(facts: UpstreamFacts, background: boolean): Upstream {
  const { client, runtime, origins, pacer } = facts;

  async function send<Result>(call: UpstreamCall, receive: Receive<Result>): Promise<Received<Result>> {
    const { origin, method, credential, deadline, audience = {} } = call;
    const url = upstreamUrl(origins[origin], call.path, call.query ?? []);
    const repeatable = method === "GET" || call.idempotent === true;
    const resendable = call.body === undefined || call.body instanceof Uint8Array;
    const account = accountOf(origin, credential.credential.name, audience);
    const payer: Payer = {
      account,
      endpoint: `${account} ${method} ${call.path.template}`,
      published: call.limit,
      background,
    };

    const decide = (result: AttemptResult, attempt: number) =>
      decideRetry({
        result,
        repeatable,
        resendable,
        attempt,
        leftMs: deadline.left(),
        random: runtime.random(),
      });

    let refused = false;
    for (let attempt = 1; ; attempt += 1) {
      await waitForTurn(payer, call);
      let answered = false;
      try {
        // Before the credential is asked: it would blame the vault for the time that is up.
        if (deadline.signal.aborted) throw new UpstreamFailure("deadline", "Time ran out.", { sent: false });
        const authorization = await credential.authorization(audience, deadline.signal);
        const exchange = await client({
          method,
          url,
          authorization,
          accept: call.accept ?? "application/json",
          contentType: call.contentType,
          contentLength: call.contentLength,
          body: call.body,
          signal: deadline.signal,
        });
        answered = true;
        const { status, headers } = exchange;
        const retryAfterMs = parseRetryAfter(headers["retry-after"], runtime.now());
        pacer.learn(payer, headers["x-rate-limit"], status === 429 ? retryAfterMs : undefined);
        if (status === 401 && !refused) {
          // Once: a key that was rotated or a clock that is off is cured by a fresh token, anything else is not. What
          // cannot be sent again drops the token all the same, for the calls that follow.
          refused = true;
          credential.refused(audience, dateOf(headers.date));
          if (resendable && attempt < maxAttempts) {
            discard(exchange);
            continue;
          }
        }
        if (status >= 300 && status < 400) {
          discard(exchange);
          throw new UpstreamFailure("malformed", "It answered with a redirect.", { sent: true });
        }
        const decision = decide({ kind: "answer", status, retryAfterMs }, attempt);
        if (decision.kind !== "again") return { status, headers, result: await receive(exchange) };
        discard(exchange);
        await pause(decision.waitMs, call);
      } catch (error) {
        const sent = answered || (error instanceof UpstreamFailure && error.sent);
        if (!sent) pacer.release(payer);
        if (!(error instanceof UpstreamFailure)) throw error;
        const decision = decide({ kind: "failure", failure: error }, attempt);
        if (decision.kind !== "again") throw failureError(call, error);
        await pause(decision.waitMs, call);
      }
    }
  }

  async function waitForTurn(payer: Payer, call: UpstreamCall): Promise<void> {
    for (;;) {
      const wait = pacer.take(payer);
      if (wait === 0) return;
      if (wait >= call.deadline.left()) {
        const { source, title } = services[call.origin];
        throw rateLimited(source, `${title} takes no more calls for now: its rate limit is used up.`, wait);
      }
      await pause(wait, call);
    }
  }

  async function pause(ms: number, call: UpstreamCall): Promise<void> {
    try {
      await runtime.sleep(ms, call.deadline.signal);
    } catch {
      throw failureError(call, new UpstreamFailure("deadline", "Time ran out.", { sent: false }));
    }
  }

  return {
    send,
    origin: (name) => origins[name],
    background: () => upstreamFor(facts, true),
    waitFor: ({ origin, credential, calls, atOne }) =>
      pacer.wait(accountOf(origin, credential), calls, atOne),
    hold: ({ origin, credential, calls, atOne }) => pacer.hold(accountOf(origin, credential), calls, atOne),
  };
}

/** Whose budget a call counts against. */
function accountOf(origin: OriginName, credential: string, { bundleId = "" }: TokenAudience = {}): string {
  return JSON.stringify([origin, credential, bundleId]);
}

function dateOf(header: string | undefined): number | undefined {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : time;
}
