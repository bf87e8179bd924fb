import { createHash } from "node:crypto";
import { timePart } from "../storage/newest-first.ts";
import type { EventSource, RelayEvent } from "./event.ts";

/** Where an event is stored: the same for every copy of it, whatever characters the service's own ID has. */
export function eventKey({ source, id }: { source: EventSource; id: string }): string {
  return createHash("sha256").update(`${source}\n${id}`).digest("hex");
}

/** Pattern of `eventKey`. */
export const eventKeyPattern = "^[0-9a-f]{64}$";

/** Enough of the key to tell apart what happened in the same millisecond. */
const keyCharacters = 24;

/**
 * Where an event stands in lists, newest first: by when it happened.
 *
 * @param now milliseconds since the epoch. What a service dates later than that is listed as of now.
 */
export function eventPlace(event: RelayEvent, now: number): string {
  const at = Math.max(0, Math.min(now, timeOf(event) ?? now));
  return timePart(at) + eventKey(event).slice(0, keyCharacters);
}

/** Pattern of `eventPlace`. */
export const eventPlacePattern = "^[0-9a-z]{33}$";

/** When an event happened, in milliseconds since the epoch; undefined where its text is no time. */
export function timeOf({ occurredAt }: Pick<RelayEvent, "occurredAt">): number | undefined {
  const at = Date.parse(occurredAt);
  return Number.isNaN(at) ? undefined : at;
}
