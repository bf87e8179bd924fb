import { RelayError } from "../errors.ts";
import type { Services } from "../scope.ts";
import type { JobItem, Stored } from "./job.ts";
import type { JobKind, StepResult } from "./kind.ts";
import type { JobMessage } from "./message.ts";
import { settle } from "./settle.ts";

/** What became of a step: its result, or what it threw. */
export type StepOutcome = StepResult | { kind: "threw"; thrown: unknown };

/** A step that was carried out, and what is to be known for recording it. */
export interface CarriedOut {
  /** As it was claimed. */
  item: Stored<JobItem>;
  message: JobMessage;
  kind: JobKind | undefined;
  /** Something may have been sent before already. */
  repeated: boolean;
  outcome: StepOutcome;
}

/** What of a recorded step is logged. */
export interface Recorded {
  state: string;
  code?: string | undefined;
  fault?: string | undefined;
}

/**
 * Sends a message again. It is invisible for a few minutes at most, so that a job that is cancelled is not kept by a long
 * wait; the wait itself stands in the item's row.
 */
export function sendLater(
  { jobs }: Pick<Services, "jobs">,
  message: JobMessage,
  waitMs: number,
): Promise<void> {
  return jobs.send(message, Math.min(waitMs, maxDelayMs));
}

const maxDelayMs = 5 * 60_000;

/** Writes down what became of a step, and sees to it that the item goes on where it has not ended. */
export async function record(
  services: Pick<Services, "jobs" | "runtime" | "credentials">,
  { item, message, kind, repeated, outcome }: CarriedOut,
): Promise<Recorded> {
  const { jobs, runtime, credentials } = services;
  const isoIn = (ms: number) => new Date(runtime.now() + ms).toISOString();
  const known = item.memo && kind?.resultOf?.(item.memo);
  const updatedAt = isoIn(0);

  /**
   * The message goes on also where the row was not written: that may be since somebody else has the item, but also since
   * the answer to the write was lost and it was sent again. A message too many finds the item taken or ended.
   */
  async function goOn(next: Stored<JobItem>, waitMs: number): Promise<void> {
    await jobs.saveItem({ ...next, until: isoIn(waitMs), updatedAt });
    await sendLater(services, message, waitMs);
  }

  if (outcome.kind === "end") {
    const { status, result = known, error } = outcome;
    await jobs.endItem({ ...item, result, error, updatedAt }, status);
    return { state: status, code: error?.code };
  }
  if (outcome.kind === "later") {
    const { memo, waitMs } = outcome;
    await goOn({ ...item, status: "waiting", failures: 0, crashes: 0, memo }, waitMs);
    return { state: "waiting" };
  }
  const { thrown } = outcome;
  const code = thrown instanceof RelayError ? thrown.code : "internal_error";
  const fault = thrown instanceof RelayError ? undefined : describeFault(thrown, credentials.redact);
  const { failures, attempts } = item;
  const verdict = settle({ thrown, failures, attempts, repeated, random: runtime.random() });
  if (verdict.kind === "end") {
    await jobs.endItem({ ...item, result: known, error: verdict.error, updatedAt }, verdict.status);
    return { state: verdict.status, code, fault };
  }
  const { waitMs, mayBeApplied, counts } = verdict;
  // What may have been applied stays `sending`: whoever comes next is told to look first.
  const status = mayBeApplied ? "sending" : item.memo ? "waiting" : "planned";
  await goOn({ ...item, status, failures: failures + (counts ? 1 : 0) }, waitMs);
  return { state: "again", code, fault };
}

/** Where something unforeseen happened, without secrets. */
export function describeFault(thrown: unknown, redact: (text: string) => string): string {
  if (!(thrown instanceof Error)) return "unknown";
  const places = (thrown.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return `${thrown.name}: ${redact(thrown.message).slice(0, 200)} ${places.slice(0, 3).join(" ")}`;
}
