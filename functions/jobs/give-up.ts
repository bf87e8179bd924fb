import type { ErrorCode } from "../errors.ts";
import { logLine } from "../log.ts";
import type { Services } from "../scope.ts";
import type { ItemError } from "./item.ts";
import { hasEnded, isOver } from "./job.ts";
import { readMessage } from "./message.ts";

/** What giving up needs of a worker. */
type GiveUpFacts = Pick<Services, "jobs" | "runtime" | "jobOperations"> & { log(line: string): void };

/**
 * Settles what is left of a message that crashed its worker time after time: the item is shown as failed, or as unknown
 * where something may have been sent. A job that could not be begun is failed as a whole.
 *
 * @throws RelayError `storage_unavailable`, or Error while a claim of the item still holds; the message then comes again.
 */
export async function giveUp(
  { jobs, runtime, jobOperations, log }: GiveUpFacts,
  given: unknown,
): Promise<void> {
  const now = () => new Date(runtime.now()).toISOString();
  const message = readMessage(given);
  if (!message) return;
  const { job: jobId, item: index } = message;
  const job = await jobs.read(jobId);
  if (!job || isOver(job)) return;
  log(
    logLine({
      operation: job.operation,
      job: jobId,
      item: index,
      correlationId: job.correlationId,
      state: "poison",
    }),
  );
  // What it did not end, the messages of the items will: each looks whether its job is cancelled.
  if (message.cancel) return;
  if (index === undefined) {
    await jobs.changeJob(jobId, (current) =>
      isOver(current)
        ? undefined
        : { ...current, status: "failed", endedAt: now(), cancelRequestedAt: now(), error: notBegun },
    );
    return;
  }
  const item = await jobs.readItem(jobId, index);
  if (!item || hasEnded(item)) return;
  if (item.status === "sending" && Date.parse(item.until ?? "") > runtime.now()) {
    throw new Error("Somebody else may still be at work on the item.");
  }
  const result = item.memo && (await jobOperations.get(job.operation))?.kind.resultOf?.(item.memo);
  const sent = item.status === "sending";
  const error = sent ? crashedSending : item.status === "waiting" ? crashedWaiting : crashed;
  await jobs.endItem({ ...item, result, error, updatedAt: now() }, sent ? "unknown" : "failed");
}

const notBegun: ItemError = {
  code: "internal_error" satisfies ErrorCode,
  message: "Not all items of the job could be begun, time after time, and it was given up.",
  hint: "Look at its items for those that were carried out, and start a job with the others.",
};

const crashedWaiting: ItemError = {
  code: "internal_error" satisfies ErrorCode,
  message: "The work broke off time after time and was given up after a part of it was done.",
  hint: "Look at the row for what was done. The function app's log has the correlation ID of the job.",
};

const crashed: ItemError = {
  code: "internal_error" satisfies ErrorCode,
  message: "The work broke off time after time and was given up. Nothing was sent.",
  hint: "The function app's log has the correlation ID of the job.",
};

const crashedSending: ItemError = {
  code: "outcome_unknown" satisfies ErrorCode,
  message: "The work broke off time after time and was given up. The change may have been made.",
  hint: "Read back what was to be changed, and send it again only if the change is not there.",
};
