import * as Type from "typebox";
import { notACursor } from "../../cursor.ts";
import { invalidInput } from "../../errors.ts";
import { bundleId } from "../../fields.ts";
import { listOperation } from "../../list.ts";
import { operation } from "../../operation.ts";
import { choice, integer, text, words } from "../../schema.ts";
import { contentFrom, EventContent } from "../content.ts";
import type { DeliveryStatus } from "../delivery.ts";
import { eventKey, eventPlacePattern } from "../id.ts";
import { eventId, noSuchEvent, noSuchSubscription, source, subscriptionId } from "./fields.ts";

const time = (summary: string, description: string) =>
  Type.Optional(
    text(summary, description, {
      pattern: "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,7})?)?(Z|[+-]\\d{2}:\\d{2}))?$",
      form: "a date or a time with its zone, such as 2026-01-31 or 2026-01-31T12:00:00Z",
    }),
  );

export const listEvents = listOperation({
  id: "ListEvents",
  summary: "List events",
  description:
    "Lists events that Apple and Adjust have sent in, by when they happened, the newest first. Filters compare exactly.",
  route: "events",
  input: {
    source: Type.Optional(source),
    type: Type.Optional(text("Type", "Only events of this type, such as REFUND.", { maxLength: 256 })),
    subtype: Type.Optional(text("Subtype", "Only events of this subtype.", { maxLength: 256 })),
    bundleId: Type.Optional({ ...bundleId, description: "Only events of the app with this bundle ID." }),
    environment: Type.Optional(
      choice("Environment", "Only events of this environment.", ["production", "sandbox"]),
    ),
    from: time("From", "Only events that happened then or later, such as 2026-01-31T12:00:00Z."),
    to: time("To", "Only events that happened then or earlier; a date means its first moment in UTC."),
  },
  item: EventContent,
  async run({ from, to, ...where }, { events }, { limit, position, environment }) {
    const known = position === undefined || new RegExp(eventPlacePattern).test(position);
    if (!known || environment !== undefined) throw notACursor();
    const at = (field: string, value: string | undefined) => {
      const parsed = value === undefined ? undefined : Date.parse(value);
      if (Number.isNaN(parsed)) throw invalidInput([{ field, message: "is no date that exists." }]);
      return parsed;
    };
    const filters = Object.fromEntries(
      Object.entries(where).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
    const range = { from: at("from", from), to: at("to", to) };
    const { value, next } = await events.list({ after: position, limit, ...range, where: filters });
    return { value: value.map(({ event }) => contentFrom(event)), position: next };
  },
});

export const getEvent = operation({
  id: "GetEvent",
  summary: "Get an event",
  description: "Gets one event that Apple or Adjust has sent in, by the service's own ID of it.",
  method: "GET",
  route: "events/{source}/{eventId}",
  input: { source, eventId },
  output: EventContent,
  async run({ source: from, eventId: id }, { events }) {
    const kept = await events.read(eventKey({ source: from, id }));
    if (!kept) throw noSuchEvent();
    return contentFrom(kept.event);
  },
});

const DeliveryRow = Type.Object(
  {
    eventId: words("Event ID", "The service's own ID of the event."),
    eventType: words("Event type", "What happened, in the service's own word."),
    status: words("Status", "State of the delivery: planned, sending, delivered or failed."),
    attempts: integer("Attempts", "How often the flow was called."),
    httpStatus: Type.Optional(integer("HTTP status", "Status of the flow's last answer.")),
    outcome: words("Outcome", "What became of the last attempt, in plain words."),
    plannedAt: words("Planned at", "When it was planned."),
    updatedAt: words("Updated at", "When it last changed."),
    nextAttemptAt: Type.Optional(words("Next attempt at", "When it is tried again.")),
  },
  { title: "Event delivery" },
);

export const listEventDeliveries = listOperation({
  id: "ListEventDeliveries",
  summary: "List event deliveries",
  description:
    "Lists what became of events at a subscribed flow, those of the newest events first: attempts, the flow's answer, and the outcome in plain words.",
  route: "event-subscriptions/{subscriptionId}/deliveries",
  input: {
    subscriptionId,
    status: Type.Optional(
      choice("Status", "Only deliveries in this state.", [
        "planned",
        "sending",
        "delivered",
        "failed",
      ] satisfies DeliveryStatus[]),
    ),
  },
  item: DeliveryRow,
  async run({ subscriptionId: id, status }, { subscriptions }, { limit, position, environment }) {
    const known = position === undefined || new RegExp(eventPlacePattern).test(position);
    if (!known || environment !== undefined) throw notACursor();
    if (!(await subscriptions.read(id))) throw noSuchSubscription();
    const { value, next } = await subscriptions.deliveries(id, { after: position, status, limit });
    return {
      value: value.map((delivery) => ({
        eventId: delivery.eventId,
        eventType: delivery.eventType,
        status: delivery.status,
        attempts: delivery.attempts,
        ...(delivery.httpStatus !== undefined && { httpStatus: delivery.httpStatus }),
        outcome: delivery.outcome,
        plannedAt: delivery.plannedAt,
        updatedAt: delivery.updatedAt,
        ...(delivery.status === "planned" &&
          delivery.until !== undefined && { nextAttemptAt: delivery.until }),
      })),
      position: next,
    };
  },
});

export const redeliverEvent = operation({
  id: "RedeliverEvent",
  summary: "Redeliver an event",
  description:
    "Sends an event to a subscribed flow once more, whether it was delivered, given up or not asked for. One that is being delivered stays as it is.",
  method: "POST",
  route: "event-subscriptions/{subscriptionId}/deliveries/redeliver",
  visibility: "advanced",
  input: { subscriptionId, eventId },
  output: Type.Object({
    subscriptionId: words("Subscription ID", "ID of the subscription."),
    eventId: words("Event ID", "ID of the event."),
    status: words("Status", "State of the delivery: planned or sending."),
  }),
  async run({ subscriptionId: id, eventId: wanted }, { subscriptions, events, runtime }) {
    const subscription = await subscriptions.read(id);
    if (subscription?.status !== "active") throw noSuchSubscription();
    const kept = await events.read(eventKey({ source: subscription.source, id: wanted }));
    if (!kept) throw noSuchEvent();
    const at = new Date(runtime.now()).toISOString();
    const fresh = {
      subscriptionId: id,
      place: kept.place,
      eventKey: kept.key,
      eventId: kept.event.id,
      eventType: kept.event.type,
      status: "planned" as const,
      attempts: 0,
      plannedAt: at,
      updatedAt: at,
      until: undefined,
      httpStatus: undefined,
      outcome: "It is about to be sent once more.",
    };
    const known = await subscriptions.readDelivery(id, kept.place);
    if (!known) await subscriptions.insertDelivery(fresh);
    else if (known.status !== "sending") await subscriptions.saveDelivery({ ...fresh, etag: known.etag });
    await events.send({ event: kept.key, subscription: id, sent: runtime.now() });
    return {
      subscriptionId: id,
      eventId: kept.event.id,
      status: known?.status === "sending" ? "sending" : "planned",
    };
  },
});
