export { compareSchedules, type PriceRow } from "./compare.ts";
export { addDays, isDay, pacificDay, pacificMidnight } from "./days.ts";
export { type Equalize, type MergeFacts, type MergeResult, mergeChanges } from "./merge.ts";
export { type ScheduleProblem, scheduleProblems } from "./problems.ts";
export { presentSchedule, priceOn, sameSchedule } from "./schedule.ts";
export { daysInWords, listed } from "./words.ts";
