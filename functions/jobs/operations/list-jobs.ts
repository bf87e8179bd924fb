import { notACursor } from "../../cursor.ts";
import { listOperation } from "../../list.ts";
import { lookUp } from "../../look-up.ts";
import { jobIdPattern } from "../id.ts";
import { hourlyBudget } from "../pace.ts";
import { JobSummary, summarize } from "../progress.ts";

export const listJobs = listOperation({
  id: "ListJobs",
  summary: "List jobs",
  description: "Lists jobs, newest first, with their progress. Jobs are kept for 30 days after their end.",
  route: "jobs",
  input: {},
  item: JobSummary,
  async run(_input, scope, { limit, position, environment }) {
    const { jobs, runtime } = scope;
    const known = position === undefined || new RegExp(jobIdPattern).test(position);
    if (!known || environment !== undefined) throw notACursor();
    const { value, next } = await jobs.list(position, limit);
    return {
      value: await Promise.all(
        value.map(async (job) => summarize(job, runtime.now(), await hourlyBudget(scope, job))),
      ),
      position: next,
    };
  },
});

/** Jobs that the dropdown shows: whoever looks for an older one has its ID. */
const offered = 100;

export const lookUpJobs = lookUp({
  id: "LookUpJobs",
  summary: "Look up jobs",
  description: "Fills the dropdown of jobs with the newest ones.",
  route: "look-ups/jobs",
  ordered: true,
  input: {},
  async run(_input, { jobs }) {
    const { value } = await jobs.list(undefined, offered);
    return value.map(({ id, operation, createdAt, status }) => ({
      id,
      title: `${createdAt.slice(0, 19).replace("T", " ")} ${operation} (${status})`,
    }));
  },
});
