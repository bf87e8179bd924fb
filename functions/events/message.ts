import { timedIdPattern } from "../storage/newest-first.ts";
import { eventKeyPattern } from "./id.ts";

/** A message of the queue: an event that subscribed flows are to hear of, or one delivery of it. */
export interface EventMessage {
  /** Key of the event. */
  event: string;
  /** The subscription that it is delivered to; absent: deliveries are yet to be planned. */
  subscription?: string;
  /** When it was first sent, in milliseconds since the epoch. */
  sent: number;
  /** Times in a row that it was sent anew for having been received again and again. */
  copies?: number;
}

export function writeMessage(message: EventMessage): string {
  return JSON.stringify(message);
}

/** @returns undefined for anything that this app did not write. */
export function readMessage(given: unknown): EventMessage | undefined {
  const value = typeof given === "string" ? parse(given) : given;
  if (typeof value !== "object" || value === null) return undefined;
  const { event, subscription, sent, copies } = value as Record<string, unknown>;
  if (typeof event !== "string" || !new RegExp(eventKeyPattern).test(event)) return undefined;
  if (typeof sent !== "number" || !Number.isFinite(sent)) return undefined;
  const rest = { event, sent, ...(typeof copies === "number" && { copies }) };
  if (subscription === undefined) return rest;
  const isId = typeof subscription === "string" && new RegExp(timedIdPattern).test(subscription);
  return isId ? { ...rest, subscription } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
