import { eventKeyPattern } from "./id.ts";

/** A message of the queue: an event that subscribed flows are to hear of. */
export interface EventMessage {
  /** Key of the event. */
  event: string;
  /** When it was first sent, in milliseconds since the epoch. */
  sent: number;
}

export function writeMessage(message: EventMessage): string {
  return JSON.stringify(message);
}

/** @returns undefined for anything that this app did not write. */
export function readMessage(given: unknown): EventMessage | undefined {
  const value = typeof given === "string" ? parse(given) : given;
  if (typeof value !== "object" || value === null) return undefined;
  const { event, sent } = value as Record<string, unknown>;
  if (typeof event !== "string" || !new RegExp(eventKeyPattern).test(event)) return undefined;
  if (typeof sent !== "number" || !Number.isFinite(sent)) return undefined;
  return { event, sent };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
