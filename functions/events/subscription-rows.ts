import { json, number, present, text } from "../storage/fields.ts";
import type { Row, StoredRow } from "../storage/storage.ts";
import type { Delivery, DeliveryStatus } from "./delivery.ts";
import type { EventSource } from "./event.ts";
import type { EventFilters, Subscription, SubscriptionStatus } from "./subscription.ts";

/** Partition of all subscriptions, the newest first: there are few. */
export const subscriptionPartition = "subscriptions";

/** A row as it was read, as what it says. */
export type Stored<Thing> = Thing & { readonly etag: string };

export function subscriptionToRow(subscription: Subscription): Row {
  const { id, filters, ...plain } = subscription;
  return {
    partition: subscriptionPartition,
    row: id,
    fields: present({ ...plain, filters: JSON.stringify(filters) }),
  };
}

export function rowToSubscription({ row, etag, fields }: StoredRow): Stored<Subscription> {
  return {
    etag,
    id: row,
    source: text(fields, "source") as EventSource,
    status: (text(fields, "status") ?? "ended") as SubscriptionStatus,
    filters: json<EventFilters>(fields, "filters") ?? {},
    host: text(fields, "host") ?? "",
    sealed: text(fields, "sealed") ?? "",
    keyId: text(fields, "keyId") ?? "",
    mac: text(fields, "mac") ?? "",
    tokenHash: text(fields, "tokenHash") ?? "",
    usedTokenHash: text(fields, "usedTokenHash") ?? "",
    createdAt: text(fields, "createdAt") ?? "",
    endedAt: text(fields, "endedAt"),
    endedBecause: text(fields, "endedBecause"),
  };
}

export function deliveryToRow(delivery: Delivery): Row {
  const { subscriptionId, place, ...plain } = delivery;
  return { partition: subscriptionId, row: place, fields: present(plain) };
}

export function rowToDelivery({ partition, row, etag, fields }: StoredRow): Stored<Delivery> {
  return {
    etag,
    subscriptionId: partition,
    place: row,
    eventKey: text(fields, "eventKey") ?? "",
    eventId: text(fields, "eventId") ?? "",
    eventType: text(fields, "eventType") ?? "",
    status: (text(fields, "status") ?? "failed") as DeliveryStatus,
    attempts: number(fields, "attempts"),
    plannedAt: text(fields, "plannedAt") ?? "",
    updatedAt: text(fields, "updatedAt") ?? "",
    until: text(fields, "until"),
    httpStatus: fields.httpStatus === undefined ? undefined : number(fields, "httpStatus"),
    outcome: text(fields, "outcome") ?? "",
  };
}
