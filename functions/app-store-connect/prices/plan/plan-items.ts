import type { Accepted } from "../../../accepted.ts";
import { eachOf } from "../../../credentials/each-of.ts";
import type { ChosenCredential } from "../../../credentials/index.ts";
import { RelayError } from "../../../errors.ts";
import type { JobData } from "../../../jobs/item.ts";
import { type NewItem, recordJob, startJob } from "../../../jobs/start.ts";
import type { Scope } from "../../../scope.ts";
import { startDeadline } from "../../../upstream/deadline.ts";
import { type PricePlan, toPricePlan } from "./answer.ts";
import type { PlanEnd } from "./stored-plan.ts";

/** A product whose plan is still to be made. */
export interface OpenItem {
  about: JobData;
  /** What a job would make it of. */
  input: unknown;
  /** Makes it within the call; undefined where only a job can. @throws RelayError for what is wrong with the service. */
  plan(scope: Scope): Promise<PlanEnd | undefined>;
}

/** A product whose plan is there, such as one that was not found. */
export interface MadeItem {
  about: JobData;
  end: PlanEnd;
}

/** More products than this are planned by a job from the start: each takes a second or two, eight at once. */
const maxAtOnce = 100;

/** What is not planned by then is left to a job, so that the call ends within a minute (design). */
const atOnceMs = 50_000;

/** Makes a plan of its items: within the call where they are few and the service answers, else as a job. */
export async function planItems(
  scope: Scope,
  credential: ChosenCredential,
  items: readonly (OpenItem | MadeItem)[],
): Promise<PricePlan | Accepted> {
  const made = await planAtOnce(scope, items);
  const ended = made.filter((item) => "end" in item);
  if (ended.length < made.length) {
    const all = made.map(
      (item): NewItem => ("end" in item ? item : { about: item.about, input: item.input }),
    );
    return startJob(scope, { credential, items: all });
  }
  const job = await recordJob(scope, { credential, items: ended });
  const shown = ended.map(({ about, end }, index) => ({ index, about, error: undefined, ...end }));
  return toPricePlan(job, shown, scope.runtime.now());
}

async function planAtOnce(
  scope: Scope,
  items: readonly (OpenItem | MadeItem)[],
): Promise<readonly (OpenItem | MadeItem)[]> {
  const made = [...items];
  const open = items.flatMap((item, place) => ("end" in item ? [] : [{ item, place }]));
  if (open.length > maxAtOnce) return made;
  const deadline = startDeadline(scope.runtime, Math.min(atOnceMs, scope.deadline.left()));
  const stop = new AbortController();
  try {
    await eachOf(
      open,
      open.length,
      AbortSignal.any([deadline.signal, stop.signal]),
      async ({ item, place }) => {
        try {
          const end = await item.plan({ ...scope, deadline });
          if (end) made[place] = { about: item.about, end };
        } catch (error) {
          stop.abort();
          // What passes is left to the job; anything else would be the same there.
          if (!(error instanceof RelayError) || !error.retryable) throw error;
        }
      },
    );
  } finally {
    deadline.clear();
  }
  return made;
}
