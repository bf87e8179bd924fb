import { jobIdPattern } from "./id.ts";

/** A message of the queue: an item to be worked on, or a job whose items are yet to get rows and messages. */
export interface JobMessage {
  job: string;
  /** Index of the item; absent: the job is to be begun. */
  item?: number;
  /** When it was first sent, in milliseconds. */
  sent: number;
}

export function writeMessage(message: JobMessage): string {
  return JSON.stringify(message);
}

/** @returns undefined for anything that this app did not write. */
export function readMessage(text: unknown): JobMessage | undefined {
  const value = typeof text === "string" ? parse(text) : text;
  if (typeof value !== "object" || value === null) return undefined;
  const { job, item, sent } = value as Record<string, unknown>;
  if (typeof job !== "string" || !new RegExp(jobIdPattern).test(job)) return undefined;
  if (typeof sent !== "number" || !Number.isFinite(sent)) return undefined;
  if (item === undefined) return { job, sent };
  return typeof item === "number" && Number.isSafeInteger(item) && item >= 0
    ? { job, item, sent }
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
