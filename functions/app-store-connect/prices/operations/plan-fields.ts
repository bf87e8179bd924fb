import { jobIdPattern } from "../../../jobs/id.ts";
import { text } from "../../../schema.ts";

export const planId = text("Plan ID", "ID of the plan, as the action that made it answered it.", {
  pattern: jobIdPattern,
  form: "the ID of a plan: 21 lower-case letters and digits",
  visibility: "important",
});

export const appliedJobId = text("Job ID", "ID of the job, as Apply a price plan answered it.", {
  pattern: jobIdPattern,
  form: "the ID of a job: 21 lower-case letters and digits",
  visibility: "important",
  options: { operationId: "LookUpJobs" },
});
