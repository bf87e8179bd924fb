import type { Call } from "../core/call.ts";
import type { Transaction } from "../world/transactions.ts";
import { allowQuery, single } from "./context.ts";
import { type ErrorCode, refuse } from "./errors.ts";

/** `productType` of the query, and the `type` that a transaction has for it. */
const types: Readonly<Record<string, string>> = {
  AUTO_RENEWABLE: "Auto-Renewable Subscription",
  NON_RENEWABLE: "Non-Renewing Subscription",
  CONSUMABLE: "Consumable",
  NON_CONSUMABLE: "Non-Consumable",
};

function choice(call: Call, name: string, values: readonly string[], code: ErrorCode): string | undefined {
  const value = single(call, name);
  if (value !== undefined && !values.includes(value)) throw refuse(code);
  return value;
}

function milliseconds(call: Call, name: string, code: ErrorCode): number | undefined {
  const value = single(call, name);
  if (value !== undefined && !/^\d{1,15}$/.test(value)) throw refuse(code);
  return value === undefined ? undefined : Number(value);
}

/**
 * The filters and the order that a history query asks for. `productId`, `productType` and
 * `subscriptionGroupIdentifier` may repeat.
 *
 * @throws Refused 4000000 for an unknown parameter, else the code of the wrong one.
 */
export function historyFilter(call: Call): (transactions: readonly Transaction[]) => Transaction[] {
  allowQuery(call, [
    "revision",
    "startDate",
    "endDate",
    "productId",
    "productType",
    "sort",
    "subscriptionGroupIdentifier",
    "inAppOwnershipType",
    "revoked",
  ]);
  const several = (name: string) => call.query.filter(([given]) => given === name).map(([, value]) => value);
  const start = milliseconds(call, "startDate", 4000015);
  const end = milliseconds(call, "endDate", 4000016);
  if (start !== undefined && end !== undefined && start >= end) throw refuse(4000013);
  const sort = choice(call, "sort", ["ASCENDING", "DESCENDING"], 4000021);
  const ownership = choice(call, "inAppOwnershipType", ["PURCHASED", "FAMILY_SHARED"], 4000026);
  const revoked = choice(call, "revoked", ["true", "false"], 4000030);
  const productIds = several("productId");
  const groups = several("subscriptionGroupIdentifier");
  const productTypes = several("productType").map((value) => {
    const type = types[value];
    if (type === undefined) throw refuse(4000022);
    return type;
  });
  const lets = (transaction: Transaction) =>
    (start === undefined || transaction.purchaseDate >= start) &&
    (end === undefined || transaction.purchaseDate < end) &&
    (productIds.length === 0 || productIds.includes(transaction.productId)) &&
    (groups.length === 0 || groups.includes(transaction.subscriptionGroupIdentifier ?? "")) &&
    (productTypes.length === 0 || productTypes.includes(transaction.type)) &&
    (ownership === undefined || transaction.inAppOwnershipType === ownership) &&
    (revoked === undefined || (transaction.revocationDate !== undefined) === (revoked === "true"));
  return (transactions) => {
    const sign = sort === "DESCENDING" ? -1 : 1;
    return transactions.filter(lets).sort((a, b) => sign * (a.purchaseDate - b.purchaseDate));
  };
}
