import { timePart } from "../storage/newest-first.ts";
import type { Storage, Table } from "../storage/storage.ts";
import type { Delivery } from "./delivery.ts";
import type { Subscription } from "./subscription.ts";
import {
  deliveryToRow,
  rowToDelivery,
  rowToSubscription,
  type Stored,
  subscriptionPartition,
  subscriptionToRow,
} from "./subscription-rows.ts";

/** Names in the storage account. */
const subscriptionTable = "relaysubscriptions";
const deliveryTable = "relaydeliveries";

/** Rows that are read at a time, the most that Azure gives. */
const pageSize = 1_000;

/** Changes of one row that meet are tried again so often. */
const maxRounds = 20;

/** A page, with the row key to go on after. */
interface StorePage<Thing> {
  value: Thing[];
  next?: string;
}

/** Subscribed flows and what became of events there. @throws RelayError `storage_unavailable` from every method. */
export interface SubscriptionStore {
  /** Where keys are kept too. */
  readonly keys: Table;
  insert(subscription: Subscription): Promise<boolean>;
  read(id: string): Promise<Stored<Subscription> | undefined>;
  list(after: string | undefined, limit: number): Promise<StorePage<Stored<Subscription>>>;
  /** All of them, ended ones too. */
  all(): Promise<Stored<Subscription>[]>;
  /** Changes one, whoever else does at the same time. @param change answers undefined where nothing is to change. */
  change(
    id: string,
    change: (subscription: Subscription) => Subscription | undefined,
  ): Promise<Subscription | undefined>;
  remove(id: string): Promise<void>;
  readDelivery(subscriptionId: string, place: string): Promise<Stored<Delivery> | undefined>;
  /** @returns false when there is one already. */
  insertDelivery(delivery: Delivery): Promise<boolean>;
  /** @returns as it is stored now; undefined when somebody else was first. */
  saveDelivery(delivery: Stored<Delivery>): Promise<Stored<Delivery> | undefined>;
  deliveries(
    subscriptionId: string,
    range: { after?: string | undefined; status?: string | undefined; limit: number },
  ): Promise<StorePage<Stored<Delivery>>>;
  /** Deletes deliveries of events that happened before a time, in milliseconds. @returns how many. */
  removeDeliveries(subscriptionId: string, before: number): Promise<number>;
}

export function createSubscriptionStore(storage: Storage): SubscriptionStore {
  const table = storage.table(subscriptionTable);
  const log = storage.table(deliveryTable);

  async function read(id: string) {
    const row = await table.read(subscriptionPartition, id);
    return row && rowToSubscription(row);
  }

  const list: SubscriptionStore["list"] = async (after, limit) => {
    const page = await table.page(subscriptionPartition, { limit, ...(after !== undefined && { after }) });
    return { value: page.rows.map(rowToSubscription), ...(page.next !== undefined && { next: page.next }) };
  };

  const store: SubscriptionStore = {
    keys: table,
    insert: (subscription) => table.insert(subscriptionToRow(subscription)),
    read,
    list,

    async all() {
      const found: Stored<Subscription>[] = [];
      let after: string | undefined;
      do {
        const page = await list(after, pageSize);
        found.push(...page.value);
        after = page.next;
      } while (after !== undefined);
      return found;
    },

    async change(id, change) {
      for (let round = 1; ; round += 1) {
        const current = await read(id);
        if (!current) return undefined;
        const { etag, ...subscription } = current;
        const changed = change(subscription);
        if (!changed) return subscription;
        if (await table.replace({ ...subscriptionToRow(changed), etag })) return changed;
        if (round === maxRounds) throw new Error("A subscription is changed by too many at once.");
      }
    },

    async remove(id) {
      await store.removeDeliveries(id, Number.POSITIVE_INFINITY);
      await table.remove(subscriptionPartition, [id]);
    },

    async readDelivery(subscriptionId, place) {
      const row = await log.read(subscriptionId, place);
      return row && rowToDelivery(row);
    },

    insertDelivery: (delivery) => log.insert(deliveryToRow(delivery)),

    async saveDelivery(delivery) {
      const etag = await log.replace({ ...deliveryToRow(delivery), etag: delivery.etag });
      return etag === undefined ? undefined : { ...delivery, etag };
    },

    async deliveries(subscriptionId, { after, status, limit }) {
      const page = await log.page(subscriptionId, {
        limit,
        ...(after !== undefined && { after }),
        ...(status !== undefined && { where: { status } }),
      });
      return { value: page.rows.map(rowToDelivery), ...(page.next !== undefined && { next: page.next }) };
    },

    async removeDeliveries(subscriptionId, before) {
      let removed = 0;
      for (;;) {
        const after = Number.isFinite(before) ? { after: timePart(before - 1) } : {};
        const { rows } = await log.page(subscriptionId, { ...after, limit: pageSize });
        if (rows.length === 0) return removed;
        await log.remove(
          subscriptionId,
          rows.map(({ row }) => row),
        );
        removed += rows.length;
      }
    },
  };
  return store;
}
