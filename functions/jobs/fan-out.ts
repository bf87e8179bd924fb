import type { Runtime } from "../runtime.ts";
import { isOver, type Job } from "./job.ts";
import { partsOf } from "./parts.ts";
import { toItem } from "./planned.ts";
import type { JobStore } from "./store.ts";

/** Messages sent at once. */
const sendsAtOnce = 16;

/**
 * Gives every item of a job a row and a message, in parts. What was done before a crash is found and not done again,
 * but for the messages of the last part: those may go out twice, and the second finds the item taken.
 */
export async function fanOut(store: JobStore, runtime: Runtime, job: Job): Promise<void> {
  if (job.fannedOut >= job.total) return store.forgetPlan(job.id);
  if (isOver(job)) return;
  const planned = await store.plannedItems(job.id);
  if (!planned) return;
  const now = new Date(runtime.now()).toISOString();
  await store.changeJob(job.id, (current) =>
    current.status === "queued" ? { ...current, status: "running", startedAt: now } : undefined,
  );
  const all = planned.map((item, index) => toItem(job.id, index, item, now));
  for (const items of partsOf(all.slice(job.fannedOut))) {
    const toBeDone = await store.addItems(job.id, items);
    await eachAtOnce(
      items.filter(({ status }) => toBeDone && status === "planned"),
      ({ index }) => store.send({ job: job.id, item: index, sent: runtime.now() }),
    );
    const fannedOut = (items.at(-1)?.index ?? 0) + 1;
    await store.changeJob(job.id, (current) => ({ ...current, fannedOut }));
  }
  await store.forgetPlan(job.id);
}

async function eachAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: sendsAtOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
