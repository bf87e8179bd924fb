import { logLine } from "../log.ts";
import type { Services } from "../scope.ts";
import type { Deadline } from "../upstream/deadline.ts";
import { readCallback } from "./callback-url.ts";
import { contentFrom } from "./content.ts";
import { type Delivery, isSettled } from "./delivery.ts";
import type { EventMessage } from "./message.ts";
import { CallbackRefused, type Poster } from "./post.ts";
import type { KeptEvent } from "./store.ts";
import { callbackOf, rulesOf } from "./subscribe.ts";
import type { Stored } from "./subscription-rows.ts";
import { judge, type NoAnswer, type Verdict } from "./verdict.ts";

/** A claim holds for an attempt and this much longer, for the write of its end. Then its worker is taken for dead. */
const claimExtraMs = 20_000;

/** A message sleeps for so long at most; the wait itself stands in the row. */
const maxSleepMs = 3_600_000;

interface DeliverFacts {
  services: Services;
  poster: Poster;
  deadline: Deadline;
  log(line: string): void;
}

/**
 * One attempt at one delivery, if it is its turn. Of two messages of one delivery one takes it up; where its worker dies
 * after the flow was called, the event is sent again: at least once, with the same ID.
 *
 * @param kept the event; undefined where it is kept no longer.
 */
export async function deliver(
  facts: DeliverFacts,
  subscriptionId: string,
  kept: KeptEvent | undefined,
  message: EventMessage,
): Promise<void> {
  const { services, deadline, log } = facts;
  const { events, subscriptions, runtime } = services;
  const delivery = kept && (await subscriptions.readDelivery(subscriptionId, kept.place));
  if (!kept || !delivery || isSettled(delivery)) return;
  const iso = (ms: number) => new Date(runtime.now() + ms).toISOString();
  const save = (changed: Stored<Delivery>) => subscriptions.saveDelivery({ ...changed, updatedAt: iso(0) });
  const later = (ms: number) => events.send(message, Math.min(ms, maxSleepMs));
  const wait = delivery.until === undefined ? 0 : Date.parse(delivery.until) - runtime.now();
  if (wait > 0) return later(wait);
  const subscription = await subscriptions.read(subscriptionId);
  if (subscription?.status !== "active") {
    await save({ ...delivery, status: "failed", until: undefined, outcome: "The subscription had ended." });
    return;
  }
  const leaseMs = deadline.left() + claimExtraMs;
  const claimed = await save({
    ...delivery,
    status: "sending",
    attempts: delivery.attempts + 1,
    until: iso(leaseMs),
  });
  // Somebody else was first, with another message. Should that one die, this one goes on.
  if (!claimed) return later(leaseMs);
  const url = await callbackOf(subscriptions, { ...services, deadline }, subscription);
  const callback = url === undefined ? unreadable : readCallback(url, rulesOf(services));
  let httpStatus: number | undefined;
  let verdict: Verdict;
  if (callback === unreadable) {
    verdict = { kind: "gone", outcome: unreadable };
  } else if (typeof callback === "string") {
    verdict = { kind: "gone", outcome: `The callback URL ${callback}` };
  } else {
    const answer = await facts.poster
      .post(callback, JSON.stringify(contentFrom(kept.event)), deadline.signal)
      .catch((error: unknown): NoAnswer => ({ noAnswer: wordsOf(error, deadline) }));
    if ("status" in answer) httpStatus = answer.status;
    verdict = judge(answer, {
      attempts: claimed.attempts,
      ageMs: runtime.now() - Date.parse(claimed.plannedAt),
      now: runtime.now(),
      random: runtime.random(),
    });
  }
  const { outcome } = verdict;
  if (verdict.kind === "gone") {
    await subscriptions.change(subscriptionId, (current) =>
      current.status === "active"
        ? { ...current, status: "ended", sealed: "", endedAt: iso(0), endedBecause: outcome }
        : undefined,
    );
  }
  const again = verdict.kind === "again" ? verdict.waitMs : undefined;
  const status = again !== undefined ? "planned" : verdict.kind === "delivered" ? "delivered" : "failed";
  await save({
    ...claimed,
    status,
    httpStatus,
    outcome,
    until: again === undefined ? undefined : iso(again),
  });
  // Also where the row was not written, since its answer may only have been lost.
  if (again !== undefined) await later(again);
  log(
    logLine({
      operation: "RunEventDelivery",
      event: kept.key,
      subscription: subscriptionId,
      attempt: claimed.attempts,
      state: verdict.kind,
      status: httpStatus,
    }),
  );
}

const unreadable =
  "The callback URL cannot be read any more, since all credentials that it was encrypted for have changed. Save the flow again.";

/** Why no answer came. Texts of libraries may hold the URL, so none of them is passed on. */
function wordsOf(error: unknown, { signal }: Deadline): string {
  const chain = [error, error instanceof Error ? error.cause : undefined];
  if (chain.some((link) => link instanceof CallbackRefused)) {
    return "The host of the flow leads to an address that is not called: it is not public.";
  }
  if (signal.aborted) return "The flow did not answer in time.";
  const code = chain
    .map((link) => (link instanceof Error && "code" in link ? String(link.code) : ""))
    .find((text) => /^[A-Z_]{1,60}$/.test(text));
  return `The flow could not be reached${code === undefined ? "" : ` (${code})`}.`;
}
