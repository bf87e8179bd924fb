import { operation } from "../../operation.ts";
import { isOver } from "../job.ts";
import { hourlyBudget } from "../pace.ts";
import { JobSummary, summarize } from "../progress.ts";
import { jobId, noSuchJob } from "./fields.ts";

export const getJob = operation({
  id: "GetJob",
  summary: "Get a job",
  description:
    "Gets the progress of a job: how many items ended in which way, the rate, and the expected end.",
  method: "GET",
  route: "jobs/{jobId}",
  input: { jobId },
  output: JobSummary,
  async run(input, scope) {
    const { jobs, runtime } = scope;
    const job = await jobs.read(input.jobId);
    if (!job) throw noSuchJob();
    return summarize(job, runtime.now(), await hourlyBudget(scope, job));
  },
});

export const cancelJob = operation({
  id: "CancelJob",
  summary: "Cancel a job",
  description:
    "Cancels a job. Items that were not begun stay as they are; those under way are brought to their end. A job that is over stays as it is.",
  method: "POST",
  route: "jobs/{jobId}/cancel",
  input: { jobId },
  output: JobSummary,
  async run(input, { jobs, runtime }) {
    const now = new Date(runtime.now()).toISOString();
    const job = await jobs.changeJob(input.jobId, (current) =>
      isOver(current) || current.cancelRequestedAt !== undefined
        ? undefined
        : { ...current, cancelRequestedAt: now },
    );
    if (!job) throw noSuchJob();
    // Also where it was cancelled before: the message of that time may not have been sent.
    if (!isOver(job)) await jobs.send({ job: job.id, cancel: true, sent: runtime.now() });
    return summarize(job, runtime.now());
  },
});
