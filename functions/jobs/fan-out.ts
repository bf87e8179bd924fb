import type { Runtime } from "../runtime.ts";
import { isOver, type Job, type JobItem } from "./job.ts";
import { itemsAtOnce, type JobStore, type PlannedItem } from "./store.ts";

/** Messages sent at once. */
const sendsAtOnce = 16;

/** A transaction takes 4 MB, and a text counts two bytes a character. Source: Azure's Table service. */
const maxCharacters = 1_500_000;

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
  for (const part of partsOf(planned, job.fannedOut)) {
    const items = part.map(({ index, item }) => toItem(job.id, index, item, now));
    const toBeDone = await store.addItems(job.id, items);
    await eachAtOnce(
      items.filter(({ status }) => toBeDone && status === "planned"),
      ({ index }) => store.send({ job: job.id, item: index, sent: runtime.now() }),
    );
    const fannedOut = (part.at(-1)?.index ?? 0) + 1;
    await store.changeJob(job.id, (current) => ({ ...current, fannedOut }));
  }
  await store.forgetPlan(job.id);
}

function toItem(jobId: string, index: number, { about, input, error }: PlannedItem, now: string): JobItem {
  return {
    jobId,
    index,
    status: error ? "rejected" : "planned",
    attempts: 0,
    failures: 0,
    crashes: 0,
    until: undefined,
    input,
    about,
    memo: undefined,
    result: undefined,
    error,
    updatedAt: now,
  };
}

function* partsOf(planned: readonly PlannedItem[], from: number) {
  let part: { index: number; item: PlannedItem }[] = [];
  let characters = 0;
  for (const [index, item] of planned.entries()) {
    if (index < from) continue;
    const size = JSON.stringify(item).length;
    if (part.length === itemsAtOnce || (part.length > 0 && characters + size > maxCharacters)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push({ index, item });
    characters += size;
  }
  if (part.length > 0) yield part;
}

async function eachAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: sendsAtOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
