import type { JobScope } from "../../../jobs/kind.ts";
import { callJson } from "../../../upstream/json-call.ts";
import { path } from "../../../upstream/path.ts";
import type { PriceReader } from "../read/index.ts";
import type { NewPrice, SubscriptionWrite } from "./model.ts";

/**
 * Sends one write of a subscription, once.
 *
 * @param subscriptionId Apple ID.
 * @throws RelayError `outcome_unknown` where it may have been applied; `rejected` and others where it was not.
 */
export async function sendWrite(
  { upstream, runtime, deadline }: JobScope,
  { connect }: PriceReader,
  subscriptionId: string,
  write: SubscriptionWrite,
): Promise<void> {
  await callJson(upstream, runtime.now, {
    origin: "app-store-connect",
    credential: connect.credential,
    deadline,
    ...requestOf(subscriptionId, write),
  });
}

function requestOf(id: string, write: SubscriptionWrite) {
  switch (write.kind) {
    case "first":
      return { method: "PATCH", path: path`/v1/subscriptions/${id}`, json: firstPrices(id, write.prices) };
    case "create":
      return {
        method: "POST",
        path: path`/v1/subscriptionPrices`,
        json: { data: { type: "subscriptionPrices", ...priceOf(id, write) } },
      };
    case "delete":
      return { method: "DELETE", path: path`/v1/subscriptionPrices/${write.id}` };
  }
}

/** All first prices inside a change of the subscription. Local ids have to be literally `${…}`. */
function firstPrices(id: string, prices: readonly Omit<NewPrice, "startDate">[]) {
  const type = "subscriptionPrices";
  const included = prices.map((price, place) => ({
    type,
    id: `\${price${place}}`,
    ...priceOf(id, { ...price, startDate: null }),
  }));
  const data = included.map((price) => ({ type, id: price.id }));
  return { data: { type: "subscriptions", id, relationships: { prices: { data } } }, included };
}

function priceOf(id: string, { territory, startDate, point, preserveCurrentPrice }: NewPrice) {
  return {
    attributes: { startDate, preserveCurrentPrice: preserveCurrentPrice ?? null },
    relationships: {
      subscription: toOne("subscriptions", id),
      territory: toOne("territories", territory),
      subscriptionPricePoint: toOne("subscriptionPricePoints", point.id),
    },
  };
}

function toOne(type: string, id: string) {
  return { data: { type, id } };
}
