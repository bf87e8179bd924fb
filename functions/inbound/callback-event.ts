import type { RelayEvent } from "../events/event.ts";
import type { VerifiedEvent } from "./source.ts";

/** What an event of a callback is made from. */
export interface CallbackFacts {
  id: string;
  /** Placeholders in our spelling. */
  data: Readonly<Record<string, unknown>>;
  /** Bundle ID of an app of the App Store by its Apple ID, where a credential says it. */
  bundleIdOf(appAppleId: string): string | undefined;
  /** Milliseconds; stands for a time that is missing. */
  receivedAt: number;
}

/** A callback as an event. Names are those of Adjust's placeholders, since callbacks are set up with them. */
export function callbackEvent({ id, data, bundleIdOf, receivedAt }: CallbackFacts): VerifiedEvent {
  const text = (name: string) => {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  const appId = text("appId");
  // Adjust's app ID is the Apple ID on iOS, and the package elsewhere.
  const bundleId =
    text("bundleId") ?? (appId === undefined || !/^\d+$/.test(appId) ? appId : bundleIdOf(appId));
  return {
    event: {
      id,
      source: "adjust",
      type: text("activityKind") ?? "unknown",
      subtype: text("eventName") ?? text("event") ?? null,
      environment: environmentOf(text("environment")),
      bundleId: bundleId ?? null,
      occurredAt: new Date(
        timeOf(text("createdAtMilli")) ?? timeOf(text("createdAt")) ?? receivedAt,
      ).toISOString(),
      data,
    },
    traits: { productIds: [] },
  };
}

function environmentOf(word: string | undefined): RelayEvent["environment"] {
  const known = word?.toLowerCase();
  return known === "production" || known === "sandbox" ? known : null;
}

/** UNIX seconds or milliseconds, or a date; undefined for anything else. */
function timeOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const at = /^\d{9,11}$/.test(written)
    ? Number(written) * 1_000
    : /^\d{12,14}$/.test(written)
      ? Number(written)
      : Date.parse(written);
  return Number.isNaN(at) ? undefined : at;
}
