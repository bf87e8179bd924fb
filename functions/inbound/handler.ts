import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { RelayError } from "../errors.ts";
import { eventKey } from "../events/id.ts";
import { errorAnswer, jsonAnswer, toRelayError } from "../http/answer.ts";
import { correlationId } from "../http/correlation.ts";
import { describeFault } from "../http/handler.ts";
import { callerQuery } from "../http/query.ts";
import { readBytes } from "../http/request-body.ts";
import type { Slots } from "../jobs/slots.ts";
import { type LogFields, logLine } from "../log.ts";
import type { Services } from "../scope.ts";
import { SignatureFault } from "../signed-payloads/index.ts";
import { type Deadline, startDeadline } from "../upstream/deadline.ts";
import type { Keys } from "./keys.ts";
import type { InboundFunction, Verify } from "./source.ts";

/** Bodies up to this size are taken (design). Adjust sends no more either; Apple sends some ten kilobytes. */
export const maxEventBytes = 1024 * 1024;

/** Messages of one source that are read and verified at once, each of up to a megabyte. */
export const eventsAtOnce = 32;

/** A body has so long to arrive: it comes in one piece, and who sends it slowly must not keep others out. */
const bodyMs = 3_000;

/** Storage that takes longer than this is away, and the service is to send it again. */
const deadlineMs = 10_000;

/** Seconds after which there may be room again. */
const retryAfterSeconds = 1;

/** What handlers are made with. */
export interface InboundFacts {
  services: Services;
  keys: Keys;
  /** Room of this function alone. */
  slots: Slots;
  verify: Verify;
  /** Takes one line of JSON a message. */
  log(line: string): void;
  /** Shorter in tests. */
  bodyMs?: number;
  deadlineMs?: number;
}

/**
 * The handler of a function that takes events: verify, store once, enqueue, answer.
 *
 * What is forged gets one answer whatever is wrong with it; the log says what. Nothing that came stands in either.
 */
export function createInboundHandler(
  { name }: InboundFunction,
  facts: InboundFacts,
): (request: HttpRequest) => Promise<HttpResponseInit> {
  const { services, log } = facts;
  return async (request) => {
    const id = correlationId(request.headers.get("traceparent"));
    const start = performance.now();
    const said: Record<string, LogFields[string]> = {};
    let answer: HttpResponseInit;
    try {
      Object.assign(said, await admitted(request, facts));
      answer = jsonAnswer(id, { received: true });
    } catch (thrown) {
      const forged = thrown instanceof SignatureFault;
      const failure = forged ? notVerified() : toRelayError(thrown, "read");
      if (forged) said.fault = thrown.message;
      else if (!(thrown instanceof RelayError)) said.fault = describeFault(thrown, services);
      said.code = failure.code;
      answer = errorAnswer(id, failure, false);
    }
    const ms = Math.round(performance.now() - start);
    log(logLine({ operation: name, correlationId: id, status: answer.status ?? 200, ...said, ms }));
    return answer;
  };
}

/** Takes a place, and gives it back once nothing of the message is left. @returns what the log says of the event. */
async function admitted(request: HttpRequest, facts: InboundFacts): Promise<LogFields> {
  const { services, slots } = facts;
  const release = slots.take();
  if (!release) {
    throw new RelayError("rate_limited", {
      // Services send again after 503; not all of them do after 429.
      status: 503,
      message: "Too many events arrive at once.",
      retryAfterSeconds,
    });
  }
  const deadline = startDeadline(services.runtime, facts.deadlineMs ?? deadlineMs);
  const work = received(request, facts, deadline).finally(release);
  try {
    return await inTime(work, deadline);
  } finally {
    deadline.clear();
  }
}

async function received(request: HttpRequest, facts: InboundFacts, deadline: Deadline): Promise<LogFields> {
  const { services, keys, verify } = facts;
  const receivedAt = services.runtime.now();
  const body = startDeadline(services.runtime, facts.bodyMs ?? bodyMs);
  const bytes = await readBytes(request, body, maxEventBytes).finally(body.clear);
  const incoming = {
    query: callerQuery(request.query),
    header: (wanted: string) => request.headers.get(wanted) ?? undefined,
    bytes,
  };
  const { event, traits } = await verify(incoming, { services, keys, signal: deadline.signal, receivedAt });
  const result = await services.events.receive(event, traits);
  return { event: eventKey(event), type: event.type, result };
}

/** What is under way ends in its own time, and only then leaves room to others. */
async function inTime<Value>(work: Promise<Value>, { signal }: Deadline): Promise<Value> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(tooLate()), { once: true });
  });
  // Whoever loses the race has nobody left to tell.
  work.catch(() => undefined);
  return Promise.race([work, late]);
}

function tooLate(): RelayError {
  return new RelayError("storage_unavailable", {
    message: "The event could not be stored in time.",
    hint: "Send it again.",
    source: "storage",
    retryAfterSeconds,
  });
}

/** The same words for every reason, so that nobody learns how near a forgery came. */
function notVerified(): RelayError {
  return new RelayError("invalid_signature", {
    status: 401,
    message: "The event could not be verified.",
    hint: "The function app's log says why, under the correlation ID.",
  });
}
