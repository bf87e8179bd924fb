import * as Type from "typebox";
import { notACursor } from "../../cursor.ts";
import { listOperation } from "../../list.ts";
import { lookUp } from "../../look-up.ts";
import { operation } from "../../operation.ts";
import { choice, flag, list, text, words } from "../../schema.ts";
import { timedIdPattern } from "../../storage/newest-first.ts";
import { tokenPattern } from "../../storage/token.ts";
import { eventSources } from "../event.ts";
import { loadWork } from "../load-work.ts";
import type { Subscription } from "../subscription.ts";
import { knownTypes } from "../types.ts";
import { noSuchSubscription } from "./fields.ts";

export const deleteEventSubscription = operation({
  id: "DeleteEventSubscription",
  summary: "Delete an event subscription",
  description:
    "Ends a subscription. It is what Location leads to when a flow subscribes, and works without a function key for whoever has the token in it.",
  method: "DELETE",
  route: "event-subscriptions/{subscriptionId}",
  visibility: "internal",
  open: true,
  input: {
    subscriptionId: text("Subscription ID", "ID of the subscription.", {
      pattern: timedIdPattern,
      form: "the ID of a subscription",
    }),
    token: text("Token", "The token in Location.", { pattern: tokenPattern, form: "the token in Location" }),
  },
  output: Type.Object({
    subscriptionId: words("Subscription ID", "ID of the subscription."),
    deleted: flag("Deleted", "The flow that had this address hears of no further events."),
  }),
  async run({ subscriptionId, token }, scope) {
    const { unsubscribe } = await loadWork();
    if (!(await unsubscribe(scope, subscriptionId, token))) throw noSuchSubscription();
    return { subscriptionId, deleted: true };
  },
});

const strings = (summary: string, description: string, item: string) =>
  Type.Optional(list(summary, description, words(item, `${item} of the filter.`)));

const SubscriptionRow = Type.Object(
  {
    subscriptionId: words("Subscription ID", "ID of the subscription."),
    source: words("Source", "Service whose events it is about."),
    status: words(
      "Status",
      "State of the subscription: active, ended (its address is gone) or deleted (by its flow).",
    ),
    host: words("Host", "Host of the flow's callback URL. The URL itself is never shown."),
    createdAt: words("Created at", "When the flow subscribed."),
    endedAt: Type.Optional(words("Ended at", "When it ended.")),
    endedBecause: Type.Optional(words("Ended because", "Why it ended.")),
    types: strings("Types", "Only events of these types.", "Type"),
    subtypes: strings("Subtypes", "Only events of these subtypes.", "Subtype"),
    bundleIds: strings("Bundle IDs", "Only events of these apps.", "Bundle ID"),
    environment: Type.Optional(words("Environment", "Only events of this environment.")),
    productIds: strings("Product IDs", "Only events about these products.", "Product ID"),
  },
  { title: "Event subscription" },
);

export const listEventSubscriptions = listOperation({
  id: "ListEventSubscriptions",
  summary: "List event subscriptions",
  description:
    "Lists the flows that are told of events, the newest first, with their filters. The callback URLs are secrets and not shown.",
  route: "event-subscriptions",
  input: {},
  item: SubscriptionRow,
  async run(_input, { subscriptions }, { limit, position, environment }) {
    const known = position === undefined || new RegExp(timedIdPattern).test(position);
    if (!known || environment !== undefined) throw notACursor();
    const { value, next } = await subscriptions.list(position, limit);
    return { value: value.map(shown), position: next };
  },
});

function shown({ id, source: from, status, host, createdAt, endedAt, endedBecause, filters }: Subscription) {
  const { types, subtypes, bundleIds, environment, productIds } = filters;
  return {
    subscriptionId: id,
    source: from,
    status,
    host,
    createdAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(endedBecause !== undefined && { endedBecause }),
    ...(types && { types: [...types] }),
    ...(subtypes && { subtypes: [...subtypes] }),
    ...(bundleIds && { bundleIds: [...bundleIds] }),
    ...(environment !== undefined && { environment }),
    ...(productIds && { productIds: [...productIds] }),
  };
}

export const lookUpEventSubscriptions = lookUp({
  id: "LookUpEventSubscriptions",
  summary: "Look up event subscriptions",
  description: "Fills the dropdown of subscriptions, the newest first.",
  route: "look-ups/event-subscriptions",
  ordered: true,
  input: {},
  async run(_input, { subscriptions }) {
    return (await subscriptions.all()).map(({ id, source: from, host, status, createdAt }) => ({
      id,
      title: `${createdAt.slice(0, 19).replace("T", " ")} ${from} → ${host} (${status})`,
    }));
  },
});

export const lookUpEventTypes = lookUp({
  id: "LookUpEventTypes",
  summary: "Look up event types",
  description: "Fills the dropdown of event types with those that a service is known to send.",
  route: "look-ups/event-types",
  input: { source: choice("Source", "Service that sends the events.", eventSources) },
  async run({ source: from }) {
    return knownTypes[from].map((type) => ({
      id: type,
      title: type.charAt(0).toUpperCase() + type.slice(1).toLowerCase().replaceAll("_", " "),
    }));
  },
});

export const lookUpBundleIds = lookUp({
  id: "LookUpBundleIds",
  summary: "Look up bundle IDs",
  description: "Fills the dropdown of bundle IDs with those that the credentials of the vault serve.",
  route: "look-ups/bundle-ids",
  input: {},
  async run(_input, { credentials, deadline }) {
    const all = await credentials.list(deadline.signal);
    const found = new Set(all.flatMap(({ bundleIds }) => [...bundleIds]));
    return [...found].map((id) => ({ id, title: id }));
  },
});
