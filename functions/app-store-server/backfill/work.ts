/** What reads the history again, by the clock and on demand, in a chunk of its own. */
export { backfillEvents } from "./run.ts";
export { backfillStep } from "./step.ts";
