import { RelayError } from "../errors.ts";
import { uuidPattern } from "../fields.ts";
import type { JobData } from "../jobs/item.ts";
import type { ItemStep, JobKind, JobScope, StepResult } from "../jobs/kind.ts";
import { toItemError } from "../jobs/settle.ts";
import type { AppItem } from "./app-rows.ts";
import { type Adjust, openAdjust } from "./client.ts";
import { type AdjustJob, hasEnded, readAdjustJob } from "./read-job.ts";
import { appSecrets, purchaseSecretOf, type SentApp, sendAdjustApp } from "./send-app.ts";

/** Waits between two looks at a job of Adjust's, in milliseconds: the first ones are short, since many jobs are. */
const firstWaitMs = 2_000;
const maxWaitMs = 30_000;

/** A settings job that takes longer is given up: Adjust's take minutes. */
const maxAgeMs = 24 * 60 * 60_000;

/** What is kept from the call that sent the app until its settings job has ended. */
interface Memo {
  sent: SentApp;
  ticketToken: string;
  since: number;
  looks: number;
}

/**
 * One app: it is sent, then its settings job is awaited.
 *
 * Sending is an upsert by store ID and platform, so it is simply sent again where nobody knows what became of it. With
 * force that could queue a second job: then it is sent again without, and if Adjust queues nothing the item is unknown.
 */
export const appJob: JobKind = {
  sealed: true,
  resultOf: (memo) => resultOf((memo as unknown as Memo).sent),
  async step(step: ItemStep, scope: JobScope): Promise<StepResult> {
    // Only `toItems` makes inputs, and only `sendApp` memos.
    const item = step.input as AppItem;
    if (step.memo) return awaitSettings(item, step.memo as unknown as Memo, scope);
    return sendApp(item, step.repeated, scope);
  },
};

async function sendApp(
  { app, waitForSettings }: AppItem,
  repeated: boolean,
  scope: JobScope,
): Promise<StepResult> {
  const adjust = await openAdjust(scope);
  const purchaseSecret = await purchaseSecretOf(scope, app);
  const forcedBefore = repeated && app.forceUpdate === true;
  // Once: a call that the client repeated by itself would bring no ticket, and nobody would know that there is one.
  const answer = await sendAdjustApp(adjust, app, {
    purchaseSecret,
    once: true,
    ...(forcedBefore && { force: false }),
  });
  const sent = {
    ...answer,
    warnings: answer.warnings.slice(0, maxWarnings).map((text) => text.slice(0, maxText)),
  };
  const ticketToken = ticketOf(sent);
  if (ticketToken === undefined) {
    if (forcedBefore) return { kind: "end", status: "unknown", result: resultOf(sent), error: forceUnknown };
    // The first call may have queued a job whose ticket nobody has.
    const lost = repeated && waitForSettings;
    return { kind: "end", status: "applied", result: resultOf(sent, lost ? ticketLost : undefined) };
  }
  if (!waitForSettings) return { kind: "end", status: "applied", result: resultOf(sent) };
  const memo: Memo = { sent, ticketToken, since: scope.runtime.now(), looks: 0 };
  return { kind: "later", waitMs: firstWaitMs, memo: { ...memo } };
}

/** Warnings and failures that a row tells of, and characters of each: a row holds 32,000 in all. */
const maxWarnings = 20;
const maxFailures = 20;
const maxText = 300;

/** What a service says about an app may hold what was sent for it, perhaps by another process. */
async function hideSecrets(adjust: Adjust, { app }: AppItem, scope: JobScope): Promise<void> {
  // A credential that cannot be read any more is no reason to lose a row; reading it makes its value known.
  const purchaseSecret = await purchaseSecretOf(scope, app).catch(() => undefined);
  const secrets = [...appSecrets(app), ...(purchaseSecret === undefined ? [] : [purchaseSecret])];
  for (const secret of secrets) adjust.credential.hide(secret);
}

async function awaitSettings(item: AppItem, memo: Memo, scope: JobScope): Promise<StepResult> {
  const { sent, ticketToken, since, looks } = memo;
  const failed = (code: string, message: string, hint: string, job?: AdjustJob): StepResult => ({
    kind: "end",
    status: "failed",
    result: resultOf(sent, job),
    error: { code, message, hint },
  });
  const adjust = await openAdjust(scope);
  await hideSecrets(adjust, item, scope);
  let job: AdjustJob;
  try {
    job = await readAdjustJob(adjust, ticketToken);
  } catch (error) {
    if (!(error instanceof RelayError) || error.retryable) throw error;
    // The app is there all the same, and its token must not be lost with the job.
    return { kind: "end", status: "failed", result: resultOf(sent), error: toItemError(error, forceUnknown) };
  }
  if (!hasEnded(job)) {
    if (scope.runtime.now() - since > maxAgeMs) {
      return failed(
        "settings_job_unfinished",
        "The app is at Adjust, but the job that copies its settings has not ended within a day.",
        "Look at it with GetAdjustJob and the ticket token.",
        job,
      );
    }
    const next: Memo = { ...memo, looks: looks + 1 };
    return { kind: "later", waitMs: Math.min(maxWaitMs, firstWaitMs * (looks + 1)), memo: { ...next } };
  }
  if (job.status === "failed") {
    const reasons = failuresOf(job).join(" ");
    return failed(
      "settings_job_failed",
      `The app is at Adjust, but the job that copies its settings failed. ${reasons}`.trim(),
      "Correct what is named at Adjust and send the row again with forceUpdate.",
      job,
    );
  }
  return { kind: "end", status: "applied", result: resultOf(sent, job) };
}

/** What a row tells of a settings job that may be there and cannot be asked for. */
const ticketLost: Pick<AdjustJob, "status" | "results"> = { status: "unknown", results: [] };

/** Adjust's tickets are UUIDs; anything else is none that could be asked for. */
function ticketOf({ ticketToken }: SentApp): string | undefined {
  return ticketToken !== undefined && new RegExp(uuidPattern).test(ticketToken) ? ticketToken : undefined;
}

/** What a row tells of a settings job that went wrong; GetAdjustJob has it all. */
function failuresOf({ results }: Pick<AdjustJob, "results">): string[] {
  return results
    .filter(({ ok }) => !ok)
    .slice(0, maxFailures)
    .map(({ section, item, detail }) =>
      `${[section, item].filter(Boolean).join(" ")}: ${detail ?? "failed"}.`.slice(0, maxText),
    );
}

function resultOf({ warnings, ...app }: SentApp, job?: Pick<AdjustJob, "status" | "results">): JobData {
  return {
    ...app,
    ...(job && { settingsStatus: job.status, settingsFailures: failuresOf(job) }),
    warnings,
  };
}

const forceUnknown = {
  code: "outcome_unknown",
  message: "The app is at Adjust, but it is not known whether the forced copy of its settings was begun.",
  hint: "Look at its settings, and send the row again with forceUpdate only if they are not as they should be.",
};
