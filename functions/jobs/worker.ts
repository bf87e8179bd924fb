import { chooseCredential } from "../choose.ts";
import { type ErrorCode, RelayError } from "../errors.ts";
import { logLine } from "../log.ts";
import type { Services } from "../scope.ts";
import { unseal } from "../storage/seal.ts";
import { startDeadline } from "../upstream/deadline.ts";
import { cancelPlanned } from "./cancel.ts";
import { fanOut } from "./fan-out.ts";
import { giveUp } from "./give-up.ts";
import type { ItemError } from "./item.ts";
import { hasEnded, type Job, type JobItem, type Stored } from "./job.ts";
import type { JobKind, JobOperation, JobScope } from "./kind.ts";
import { type JobMessage, readMessage } from "./message.ts";
import { pacedTurn } from "./pace.ts";
import { describeFault, record, type StepOutcome, sendLater } from "./record.ts";
import { createSlots, type Slots, slowAtOnce } from "./slots.ts";
import { sealPlace, sealPurpose } from "./start.ts";

/** Times of the work on one item, in milliseconds. */
export interface WorkerTimes {
  /** One step has so long: a call upstream takes seconds, and 429s are left to the queue. */
  stepMs: number;
  /**
   * A claim holds for so long, from before it is written: a step, and the write of its end. Then the worker is taken for
   * dead. A try of that write has five seconds, so one that hangs is made up for; should it come too late all the same
   * it does not hold, and the step is run again with `repeated`.
   */
  leaseMs: number;
}

const defaultTimes: WorkerTimes = { stepMs: 30_000, leaseMs: 38_000 };

/**
 * The host counts how often a message was received, and after five times gives it up without asking: also where each
 * time its process was killed, as by a deployment or for want of memory. So one that comes for the third time is sent
 * anew, which counts from one again. What crashes its process each time ends by the crashes of its item, or by this
 * number where it has none.
 */
const renewedAt = 3;
const maxCopies = 100;

/** Something unforeseen was thrown: again after so long, and after so often left to the host, which gives it up. */
const faultWaitMs = 10_000;
const maxFaults = 3;

/** An outage of tables is waited for so long, and looked at so often: Azure's last hours at worst. */
const outageMs = 24 * 60 * 60_000;
const outageWaitMs = 30_000;

/** A message may come before its job is stored, or be left from a start that failed: it is kept for so long. */
const orphanMs = 2 * 60_000;
const orphanWaitMs = 2_000;

export interface WorkerFacts {
  services: Services;
  log(line: string): void;
  times?: WorkerTimes;
  /** Room for steps that are slow by their nature, shared by all workers of the process. */
  slow?: Slots;
}

/** An item whose turn it is. */
interface Turn {
  job: Job;
  item: Stored<JobItem>;
  message: JobMessage;
  kind: JobKind | undefined;
  /** Something may have been sent before already. */
  repeated: boolean;
  stepMs: number;
}

/** Times that an item was taken up and nobody recorded what came of it; then it is given up. */
const maxCrashes = 20;

/** A slow step that finds no room comes again after so long. */
const slowWaitMs = 5_000;

/** Carries out what messages of the queue ask for. Each method throws when the message is to come again. */
export interface Worker {
  /** @param received how often the message was received, this time included. */
  run(message: unknown, received?: number): Promise<void>;
  /** Settles what is left of a message that crashed its worker time after time. */
  giveUp(message: unknown): Promise<void>;
}

export function createWorker({
  services,
  log,
  times = defaultTimes,
  slow = createSlots(slowAtOnce),
}: WorkerFacts): Worker {
  const { jobs, runtime, jobOperations } = services;
  const isoIn = (ms: number) => new Date(runtime.now() + ms).toISOString();
  const untilMs = ({ until }: JobItem) => (until === undefined ? 0 : Date.parse(until) - runtime.now());

  async function run(given: unknown, received = 1): Promise<void> {
    const read = readMessage(given);
    if (!read) {
      log(logLine({ operation: "RunJobItem", fault: "a message that is none of ours" }));
      return;
    }
    // Whatever is sent from here on is sent because the work went on, and counts anew.
    const { faults = 0, copies = 0, ...message } = read;
    const isLeftToHost = faults + 1 >= maxFaults || copies >= maxCopies;
    if (received >= renewedAt && !isLeftToHost) return jobs.send({ ...read, copies: copies + 1 });
    try {
      await work(message);
    } catch (error) {
      const age = runtime.now() - message.sent;
      const isStorage = error instanceof RelayError && error.code === "storage_unavailable";
      // Tables may be away while the queue is not. A message of its own waits for them, so that what ends as poison
      // after a few times is what crashes its worker. Where the queue is away too, the host brings this one again.
      if (isStorage && age <= outageMs) return jobs.send(message, outageWaitMs);
      if (isLeftToHost) throw error;
      // Counted here, since the host counts kills too.
      const fault = describeFault(error, services.credentials.redact);
      log(logLine({ operation: "RunJobItem", job: message.job, item: message.item, fault }));
      await jobs.send({ ...message, faults: faults + 1 }, faultWaitMs);
    }
  }

  async function work(message: JobMessage): Promise<void> {
    const job = await jobs.read(message.job);
    if (!job) {
      if (runtime.now() - message.sent < orphanMs) await jobs.send(message, orphanWaitMs);
      return;
    }
    if (message.cancel) await cancelPlanned(jobs, job);
    else if (message.item === undefined) await fanOut(jobs, runtime, job);
    else await runItem(job, message, message.item);
  }

  async function runItem(job: Job, message: JobMessage, index: number): Promise<void> {
    const item = await jobs.readItem(job.id, index);
    if (!item || hasEnded(item)) return;
    if (job.cancelRequestedAt !== undefined && item.status === "planned") {
      await jobs.endItem({ ...item, updatedAt: isoIn(0) }, "cancelled");
      return;
    }
    const wait = untilMs(item);
    if (wait > 0) return sendLater(services, message, wait);
    const repeated = item.status === "sending";
    if (repeated && item.crashes >= maxCrashes) return giveUp({ ...services, log }, message);
    const kind = (await jobOperations.get(job.operation))?.kind;
    const turn = pacedTurn(services, job, item, kind ?? {});
    if (turn.waitMs > 0) return jobs.send(message, turn.waitMs);
    const stepMs = kind?.stepMs ?? times.stepMs;
    const free = kind?.slow ? slow.take() : () => {};
    if (!free) return jobs.send(message, slowWaitMs);
    const endHold = turn.hold();
    try {
      await claim({ job, item, message, kind, repeated, stepMs });
    } finally {
      endHold();
      free();
    }
  }

  async function claim({ job, item, message, kind, repeated, stepMs }: Turn): Promise<void> {
    const leaseMs = stepMs + times.leaseMs - times.stepMs;
    const endsAt = runtime.now() + stepMs;
    const claimed = await jobs.saveItem({
      ...item,
      status: "sending",
      attempts: item.attempts + 1,
      crashes: item.crashes + (repeated ? 1 : 0),
      until: isoIn(leaseMs),
      updatedAt: isoIn(0),
    });
    // Somebody else was first, with another message of the same item. Should that one die, this one goes on.
    if (!claimed) return sendLater(services, message, leaseMs);
    const start = performance.now();
    const outcome = await carryOut(job, claimed, repeated, endsAt);
    const recorded = await record(services, { item: claimed, message, kind, repeated, outcome });
    log(
      logLine({
        operation: job.operation,
        job: job.id,
        item: item.index,
        correlationId: job.correlationId,
        attempt: claimed.attempts,
        ...recorded,
        ms: Math.round(performance.now() - start),
      }),
    );
  }

  async function carryOut(job: Job, item: JobItem, repeated: boolean, endsAt: number): Promise<StepOutcome> {
    const operation = await jobOperations.get(job.operation);
    if (!operation) return { kind: "end", status: "failed", error: noSuchWork };
    const deadline = startDeadline(runtime, Math.max(1, endsAt - runtime.now()));
    const scope: JobScope = {
      ...services,
      upstream: services.upstream.background(),
      operationId: job.operation,
      credentialName: job.credential,
      correlationId: job.correlationId,
      deadline,
    };
    try {
      const input = await inputOf(scope, operation, item);
      if (input === undefined) return { kind: "end", status: "failed", error: credentialChanged };
      return await operation.kind.step({ input: JSON.parse(input), memo: item.memo, repeated }, scope);
    } catch (thrown) {
      return { kind: "threw", thrown };
    } finally {
      deadline.clear();
    }
  }

  async function inputOf(
    scope: JobScope,
    { kind, credentials }: JobOperation,
    { jobId, index, input = "null" }: JobItem,
  ): Promise<string | undefined> {
    if (!kind.sealed) return input;
    const credential = await chooseCredential(scope, credentials, scope.credentialName);
    const key = await credential.deriveKey(sealPurpose(jobId), scope.deadline.signal);
    return unseal(key, sealPlace(jobId, index), input);
  }

  return { run, giveUp: (message) => giveUp({ ...services, log }, message) };
}

const noSuchWork: ItemError = {
  code: "internal_error" satisfies ErrorCode,
  message: "This version of the relay does not know the work of the job.",
  hint: "It was started by another version. Start it again.",
};

const credentialChanged: ItemError = {
  code: "credential_changed",
  message:
    "The credential was changed after the job was started, and the inputs were encrypted with the old one.",
  hint: "Start a job with the items that are left.",
};
