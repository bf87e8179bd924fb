import { jobIdPattern } from "./id.ts";

/** A message of the queue: an item to be worked on, or a job: to be begun, or to be cancelled. */
export interface JobMessage {
  job: string;
  /** Index of the item; absent: it is about the job, whose items are yet to get rows and messages. */
  item?: number;
  /** The job was cancelled: its items that were not begun are to be ended. */
  cancel?: true;
  /** When it was first sent, in milliseconds. */
  sent: number;
  /** Times in a row that it was worked on and something unforeseen was thrown. */
  faults?: number;
  /** Times in a row that it was sent anew for having been received again and again. */
  copies?: number;
}

export function writeMessage(message: JobMessage): string {
  return JSON.stringify(message);
}

/** @returns undefined for anything that this app did not write. */
export function readMessage(text: unknown): JobMessage | undefined {
  const value = typeof text === "string" ? parse(text) : text;
  if (typeof value !== "object" || value === null) return undefined;
  const { job, item, cancel, sent, ...counts } = value as Record<string, unknown>;
  if (typeof job !== "string" || !new RegExp(jobIdPattern).test(job)) return undefined;
  if (typeof sent !== "number" || !Number.isFinite(sent)) return undefined;
  const { faults, copies } = counts;
  const rest = { sent, ...(isCount(faults) && { faults }), ...(isCount(copies) && { copies }) };
  if (item === undefined) return cancel === true ? { job, cancel, ...rest } : { job, ...rest };
  return isCount(item) ? { job, item, ...rest } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
