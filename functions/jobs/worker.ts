import { chooseCredential } from "../choose.ts";
import { type ErrorCode, RelayError } from "../errors.ts";
import { logLine } from "../log.ts";
import type { Services } from "../scope.ts";
import { startDeadline } from "../upstream/deadline.ts";
import { fanOut } from "./fan-out.ts";
import { giveUp } from "./give-up.ts";
import type { ItemError } from "./item.ts";
import { hasEnded, type Job, type JobItem, type Stored } from "./job.ts";
import type { JobOperation, JobScope, StepResult } from "./kind.ts";
import { type JobMessage, readMessage } from "./message.ts";
import { unseal } from "./seal.ts";
import { settle, type Verdict } from "./settle.ts";
import { sealPlace, sealPurpose } from "./start.ts";

/** Times of the work on one item, in milliseconds. */
export interface WorkerTimes {
  /** One step has so long: a call upstream takes seconds, and 429s are left to the queue. */
  stepMs: number;
  /** A claim holds for so long, clearly longer than a step and the write of its end. Then the worker is taken for dead. */
  leaseMs: number;
}

const defaultTimes: WorkerTimes = { stepMs: 30_000, leaseMs: 45_000 };

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
}

/** Carries out what messages of the queue ask for. Each method throws when the message is to come again. */
export interface Worker {
  run(message: unknown): Promise<void>;
  /** Settles what is left of a message that crashed its worker time after time. */
  giveUp(message: unknown): Promise<void>;
}

export function createWorker({ services, log, times = defaultTimes }: WorkerFacts): Worker {
  const { jobs, runtime, jobOperations } = services;
  const isoIn = (ms: number) => new Date(runtime.now() + ms).toISOString();
  const untilMs = ({ until }: JobItem) => (until === undefined ? 0 : Date.parse(until) - runtime.now());

  async function run(given: unknown): Promise<void> {
    const message = readMessage(given);
    if (!message) {
      log(logLine({ operation: "RunJobItem", fault: "a message that is none of ours" }));
      return;
    }
    try {
      await work(message);
    } catch (error) {
      const age = runtime.now() - message.sent;
      const isStorage = error instanceof RelayError && error.code === "storage_unavailable";
      if (!isStorage || age > outageMs) throw error;
      // Tables may be away while the queue is not. A message of its own waits for them, so that what ends as poison
      // after a few times is what crashes its worker. Where the queue is away too, the host brings this one again.
      await jobs.send(message, outageWaitMs);
    }
  }

  async function work(message: JobMessage): Promise<void> {
    const job = await jobs.read(message.job);
    if (!job) {
      if (runtime.now() - message.sent < orphanMs) await jobs.send(message, orphanWaitMs);
      return;
    }
    if (message.item === undefined) await fanOut(jobs, runtime, job);
    else await runItem(job, message, message.item);
  }

  async function runItem(job: Job, message: JobMessage, index: number): Promise<void> {
    const item = await jobs.readItem(job.id, index);
    if (!item || hasEnded(item)) return;
    const wait = untilMs(item);
    if (wait > 0) return jobs.send(message, wait);
    if (job.cancelRequestedAt !== undefined && item.status === "planned") {
      await jobs.endItem({ ...item, updatedAt: isoIn(0) }, "cancelled");
      return;
    }
    const stepMs = jobOperations.get(job.operation)?.kind.stepMs ?? times.stepMs;
    const leaseMs = stepMs + times.leaseMs - times.stepMs;
    const claim: Stored<JobItem> = {
      ...item,
      status: "sending",
      attempts: item.attempts + 1,
      until: isoIn(leaseMs),
      updatedAt: isoIn(0),
    };
    const claimed = await jobs.saveItem(claim);
    // Somebody else was first, with another message of the same item. Should that one die, this one goes on.
    if (!claimed) return jobs.send(message, leaseMs);

    const start = performance.now();
    const outcome = await carryOut(job, claimed, item.status === "sending", stepMs);
    const code = await record(claimed, message, outcome);
    log(
      logLine({
        operation: job.operation,
        job: job.id,
        item: index,
        correlationId: job.correlationId,
        attempt: claim.attempts,
        ...code,
        ms: Math.round(performance.now() - start),
      }),
    );
  }

  async function carryOut(
    job: Job,
    item: JobItem,
    repeated: boolean,
    stepMs: number,
  ): Promise<StepResult | { kind: "threw"; thrown: unknown }> {
    const operation = jobOperations.get(job.operation);
    if (!operation) return { kind: "end", status: "failed", error: noSuchWork };
    const deadline = startDeadline(runtime, stepMs);
    const scope: JobScope = {
      ...services,
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

  /** Records what became of a step. @returns what of it is logged. */
  async function record(
    item: Stored<JobItem>,
    message: JobMessage,
    outcome: StepResult | { kind: "threw"; thrown: unknown },
  ): Promise<{ state: string; code?: string | undefined; fault?: string | undefined }> {
    const updatedAt = isoIn(0);
    if (outcome.kind === "end") {
      const { status, result, error } = outcome;
      await jobs.endItem({ ...item, result, error, updatedAt }, status);
      return { state: status, code: error?.code };
    }
    if (outcome.kind === "later") {
      const { memo, waitMs } = outcome;
      const next: Stored<JobItem> = {
        ...item,
        status: "waiting",
        failures: 0,
        memo,
        until: isoIn(waitMs),
        updatedAt,
      };
      await saveAndGoOn(next, message, waitMs);
      return { state: "waiting" };
    }
    const verdict = settle(outcome.thrown, item.failures, runtime.random());
    const code = outcome.thrown instanceof RelayError ? outcome.thrown.code : "internal_error";
    const fault = outcome.thrown instanceof RelayError ? undefined : describeFault(outcome.thrown);
    await recordVerdict(item, message, verdict, updatedAt);
    return { state: verdict.kind === "end" ? verdict.status : "again", code, fault };
  }

  async function recordVerdict(
    item: Stored<JobItem>,
    message: JobMessage,
    verdict: Verdict,
    updatedAt: string,
  ): Promise<void> {
    if (verdict.kind === "end") {
      await jobs.endItem({ ...item, error: verdict.error, updatedAt }, verdict.status);
      return;
    }
    const { waitMs, mayBeApplied, counts } = verdict;
    const next: Stored<JobItem> = {
      ...item,
      // What may have been applied stays `sending`: whoever comes next is told to look first.
      status: mayBeApplied ? "sending" : item.memo ? "waiting" : "planned",
      failures: item.failures + (counts ? 1 : 0),
      until: isoIn(waitMs),
      updatedAt,
    };
    await saveAndGoOn(next, message, waitMs);
  }

  /**
   * The message goes on also where the row was not written: that may be since somebody else has the item, but also since
   * the answer to the write was lost and the SDK sent it again. A message too many finds the item taken or ended.
   */
  async function saveAndGoOn(next: Stored<JobItem>, message: JobMessage, waitMs: number): Promise<void> {
    await jobs.saveItem(next);
    await jobs.send(message, waitMs);
  }

  /** Where something unforeseen happened, without secrets. */
  function describeFault(thrown: unknown): string {
    if (!(thrown instanceof Error)) return "unknown";
    const places = (thrown.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
    const text = services.credentials.redact(thrown.message).slice(0, 200);
    return `${thrown.name}: ${text} ${places.slice(0, 3).join(" ")}`;
  }

  return { run, giveUp: (message) => giveUp({ jobs, runtime, log }, message) };
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
