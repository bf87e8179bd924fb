import type { Runtime } from "../../../functions/runtime.ts";
import { deliver } from "../core/deliver.ts";
import type { JsonObject } from "../core/json.ts";
import type { Resource } from "../world/resources.ts";
import type { World } from "../world/world.ts";
import { failed, failures, newDelivery, newEvent, outcome } from "./delivery.ts";
import { pingType, webhookEventTypes } from "./payload.ts";
import { signed, type WebhookForgery } from "./sign.ts";

/** An event of an app that its webhooks are to send. */
export interface WebhookWish {
  /** Apple ID of the app: each of its webhooks that asks for the type sends it. Absent: those of all apps. */
  appId?: string;
  /** This webhook alone. */
  webhookId?: string;
  /** One of Apple's types, or one that Apple may add, which all webhooks send. */
  type: string;
  /** Attributes of the event in place of those that such an event has here. */
  attributes?: JsonObject;
  /** How many events; default 1. */
  count?: number;
  /** How often each is sent at the same time; default 1. */
  copies?: number;
  /** A failed delivery is kept, and nothing is sent. */
  lost?: boolean;
  /** Sent in a form that nobody may believe, and not kept. */
  forged?: WebhookForgery;
}

/** Webhooks of App Store Connect at work: what they send is made, signed, sent and kept as deliveries. */
export interface WebhookSender {
  /**
   * Ends when the receivers have answered. Apple documents no sending again by itself, so nothing is: deliveries that
   * failed are asked for again.
   *
   * @throws RangeError where no webhook would send it.
   */
  send(wish: WebhookWish): Promise<Resource[]>;
  /** The event of a ping, which goes to any webhook. The delivery is kept at once. */
  ping(webhookId: string): Promise<Resource[]>;
  /** Sends the event of a delivery once more. @returns the new delivery at once, which changes when it has ended. */
  redeliver(template: Resource): Resource;
  /** Sends each event again that has not arrived. @returns the new deliveries. */
  retryNow(): Promise<Resource[]>;
  /** Breaks off what is being sent. */
  stop(): void;
}

/** The webhooks of a simulator. */
export function createWebhookSender(parts: { world(): World; runtime: Runtime }): WebhookSender {
  const connect = () => parts.world().appStoreConnect;
  const now = () => new Date(parts.runtime.now()).toISOString();
  let stopping = new AbortController();

  async function attempt(
    webhook: Resource,
    event: Resource,
    delivery: Resource,
    forged?: WebhookForgery,
  ): Promise<Resource> {
    const message = signed(
      String(event.attributes.payload),
      connect().webhookSecrets.get(webhook.id) ?? "",
      forged,
    );
    const sentDate = now();
    const ended = await deliver(String(webhook.attributes.url), message, stopping.signal).then(
      outcome,
      // An address that is not of this machine: the simulator sends nothing there.
      (error: Error) => failed(error.message),
    );
    delivery.attributes = { ...delivery.attributes, sentDate, ...ended };
    return delivery;
  }

  async function sendOne(webhook: Resource, wish: WebhookWish): Promise<Resource[]> {
    const { copies = 1, lost = false, forged } = wish;
    const { resources } = connect();
    const event = newEvent(webhook, wish, now());
    const deliveries = Array.from({ length: lost ? 1 : copies }, () =>
      newDelivery(webhook, event, false, now()),
    );
    if (forged === undefined) for (const part of [event, ...deliveries]) resources.put(part);
    if (!lost) return Promise.all(deliveries.map((delivery) => attempt(webhook, event, delivery, forged)));
    for (const delivery of deliveries) Object.assign(delivery.attributes, failed(failures["timed-out"]));
    return deliveries;
  }

  function webhooksFor({ appId, webhookId, type }: WebhookWish): Resource[] {
    const known = webhookEventTypes.includes(type);
    const found = connect()
      .resources.all("webhooks")
      .filter(({ id }) => webhookId === undefined || id === webhookId)
      .filter(({ relationships }) => appId === undefined || relationships.app === appId)
      .filter(({ attributes: { enabled, eventTypes } }) => {
        const asked = !known || (Array.isArray(eventTypes) && eventTypes.includes(type));
        return type === pingType || (enabled === true && asked);
      });
    if (found.length > 0) return found;
    throw new RangeError(
      `No webhook${appId === undefined ? "" : ` of the app ${appId}`} that is enabled asks for ${type}: create one with CreateAppStoreConnectWebhook.`,
    );
  }

  const part = ({ relationships }: Resource, type: string, name: string) =>
    connect().resources.get(type, String(relationships[name]));

  /** The parts of a delivery, as long as its webhook is there. */
  const partsOf = (delivery: Resource) => {
    const webhook = part(delivery, "webhooks", "webhook");
    const event = part(delivery, "webhookEvents", "event");
    return webhook && event ? { webhook, event } : undefined;
  };

  const reopen = ({ webhook, event }: { webhook: Resource; event: Resource }) =>
    connect().resources.put(newDelivery(webhook, event, true, now()));

  async function send(wish: WebhookWish): Promise<Resource[]> {
    const sent: Resource[] = [];
    for (const webhook of webhooksFor(wish)) {
      for (let index = 0; index < (wish.count ?? 1); index += 1) sent.push(...(await sendOne(webhook, wish)));
    }
    return sent;
  }

  return {
    send,
    ping: (webhookId) => send({ webhookId, type: pingType }),
    redeliver(template) {
      const found = partsOf(template);
      if (!found) throw new RangeError("The webhook of that delivery is gone.");
      const delivery = reopen(found);
      void attempt(found.webhook, found.event, delivery);
      return delivery;
    },
    async retryNow() {
      const all = connect().resources.all("webhookDeliveries");
      const arrived = new Set(
        all
          .filter(({ attributes }) => attributes.deliveryState === "SUCCEEDED")
          .map(({ relationships }) => relationships.event),
      );
      const waiting = new Map(
        all
          .filter(({ relationships }) => !arrived.has(relationships.event))
          .map((delivery) => [delivery.relationships.event, delivery]),
      );
      const again = [...waiting.values()].flatMap((delivery) => {
        const found = partsOf(delivery);
        return found ? [{ ...found, delivery: reopen(found) }] : [];
      });
      return Promise.all(again.map(({ webhook, event, delivery }) => attempt(webhook, event, delivery)));
    },
    stop() {
      stopping.abort();
      stopping = new AbortController();
    },
  };
}
