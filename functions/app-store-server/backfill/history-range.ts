import type { Environment } from "../environment.ts";

/** Days that Apple keeps of the history. Source: Apple, Get Notification History. */
export const keptDays: Readonly<Record<Environment, number>> = { Production: 180, Sandbox: 30 };

const dayMs = 86_400_000;

/** Apple's clock may be ahead, and the call takes a moment. */
const marginMs = 60_000;

/** The earliest start that Apple takes, in milliseconds. It refuses an earlier one instead of answering less. */
export function earliestStart(environment: Environment, now: number): number {
  return now - keptDays[environment] * dayMs + marginMs;
}
