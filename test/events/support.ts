import type { EventTraits, RelayEvent } from "../../functions/events/event.ts";
import type { Runtime } from "../../functions/runtime.ts";

/** A refund, as a service would have it sent in. */
export function refund(facts: Partial<RelayEvent> = {}): RelayEvent {
  return {
    id: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    source: "app-store-server",
    type: "REFUND",
    subtype: null,
    environment: "production",
    bundleId: "com.example.calm",
    occurredAt: "2026-01-30T12:00:00.000Z",
    data: { transaction: { productId: "com.example.calm.yearly", price: "49.99" } },
    ...facts,
  };
}

export const noTraits: EventTraits = { productIds: [] };

/** A clock that stands still until it is moved. */
export function standingClock(at = Date.UTC(2026, 0, 31)): Runtime & { advance(ms: number): void } {
  let time = at;
  return {
    now: () => time,
    random: () => 0.5,
    async sleep(ms) {
      time += ms;
    },
    advance(ms) {
      time += ms;
    },
  };
}
