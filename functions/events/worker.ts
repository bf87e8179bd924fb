import { RelayError } from "../errors.ts";
import { logLine } from "../log.ts";
import type { Services } from "../scope.ts";
import { startDeadline } from "../upstream/deadline.ts";
import { deliver } from "./deliver.ts";
import { isSettled } from "./delivery.ts";
import { fanOut } from "./fan-out.ts";
import { type EventMessage, readMessage } from "./message.ts";
import type { Poster } from "./post.ts";

/**
 * The host counts how often a message was received, and after five times gives it up without asking: also where each
 * time its process was killed. So one that comes for the third time is sent anew, up to a limit.
 */
const renewedAt = 3;
const maxCopies = 50;

/** An outage of tables is waited for so long, and looked at so often. */
const outageMs = 24 * 3_600_000;
const outageWaitMs = 30_000;

/** An attempt has so long: a flow answers its trigger in a second or two. */
export const attemptMs = 20_000;

export interface EventWorkerFacts {
  services: Services;
  poster: Poster;
  log(line: string): void;
  /** Milliseconds of one attempt; shorter in tests. */
  attemptMs?: number;
}

/** Carries out what messages of the queue ask for. Each method throws when the message is to come again. */
export interface EventWorker {
  /** @param received how often the message was received, this time included. */
  run(message: unknown, received?: number): Promise<void>;
  /** Shows a delivery as failed whose message crashed its worker time after time. */
  giveUp(message: unknown): Promise<void>;
}

export function createEventWorker(facts: EventWorkerFacts): EventWorker {
  const { services, log } = facts;
  const { events, subscriptions, runtime } = services;

  async function work(message: EventMessage): Promise<void> {
    const kept = await events.read(message.event);
    if (message.subscription !== undefined) {
      const deadline = startDeadline(runtime, facts.attemptMs ?? attemptMs);
      try {
        await deliver({ ...facts, deadline }, message.subscription, kept, message);
      } finally {
        deadline.clear();
      }
    } else if (kept) {
      const planned = await fanOut(services, kept);
      log(logLine({ operation: "RunEventDelivery", event: message.event, planned }));
    }
  }

  return {
    async run(given, received = 1) {
      const message = readMessage(given);
      if (!message) {
        log(logLine({ operation: "RunEventDelivery", fault: "a message that is none of ours" }));
        return;
      }
      const { copies = 0, ...rest } = message;
      if (received >= renewedAt && copies < maxCopies) {
        return events.send({ ...rest, copies: copies + 1 });
      }
      try {
        await work(rest);
      } catch (error) {
        const isAway =
          error instanceof RelayError &&
          (error.code === "storage_unavailable" || error.code === "key_vault_unavailable");
        // A message of its own waits for them, so that what ends as poison is what crashes its worker.
        if (!isAway || runtime.now() - message.sent > outageMs) throw error;
        await events.send(rest, outageWaitMs);
      }
    },

    async giveUp(given) {
      const message = readMessage(given);
      if (!message) return;
      log(
        logLine({
          operation: "GiveUpEventDelivery",
          event: message.event,
          subscription: message.subscription,
          state: "poison",
        }),
      );
      // An event whose deliveries could not be planned is found again by the sweep.
      if (message.subscription === undefined) return;
      const kept = await events.read(message.event);
      const delivery = kept && (await subscriptions.readDelivery(message.subscription, kept.place));
      if (!delivery || isSettled(delivery)) return;
      await subscriptions.saveDelivery({
        ...delivery,
        status: "failed",
        until: undefined,
        updatedAt: new Date(runtime.now()).toISOString(),
        outcome: "The work broke off time after time and was given up. The flow may have got the event.",
      });
    },
  };
}
