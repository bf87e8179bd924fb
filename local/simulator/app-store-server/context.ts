import type { Call } from "../core/call.ts";
import { isJsonObject, type JsonObject, parseJson } from "../core/json.ts";
import type { Route } from "../core/router.ts";
import type { Outbox } from "../notifications/outbox.ts";
import type { ServerEnvironment, Transaction } from "../world/transactions.ts";
import type { ServerCaller } from "./authenticate.ts";
import { type ErrorCode, refuse } from "./errors.ts";
import type { PayloadSigner } from "./payload-signer.ts";

/** A route, and what Apple allows of it per app and second in production; the sandbox allows a tenth. */
export type ServerRoute = Route<ServerCaller> & { perSecond: number };

/** What the routes of one environment work on. */
export interface ServerContext {
  environment(): ServerEnvironment;
  sign: PayloadSigner;
  notifications: Outbox;
}

/** @throws Refused 4000000 for a query parameter that the endpoint does not take. */
export function allowQuery(call: Call, names: readonly string[]): void {
  if (call.query.some(([name]) => !names.includes(name))) throw refuse(4000000);
}

/** @throws Refused 4000000 when there is a body. */
export function noBody(call: Call): void {
  if (call.body.length > 0) throw refuse(4000000);
}

/**
 * The object in a body, of these members alone.
 *
 * @throws Refused 4000000 when it is none, or has others.
 */
export function bodyOf(call: Call, names: readonly string[]): JsonObject {
  const body = call.headers["content-type"]?.startsWith("application/json")
    ? parseJson(call.body.toString("utf8"))
    : undefined;
  if (!isJsonObject(body) || Object.keys(body).some((name) => !names.includes(name))) throw refuse(4000000);
  return body;
}

/** The value of a parameter that may be given once. @throws Refused 4000000 when it is repeated. */
export function single(call: Call, name: string): string | undefined {
  const values = call.query.filter(([given]) => given === name);
  if (values.length > 1) throw refuse(4000000);
  return values[0]?.[1];
}

/**
 * The transaction of an id, in the caller's app and this environment.
 *
 * @throws Refused 4000006 when it is no id, `unknown` when it is not known here.
 */
export function findTransaction(
  context: ServerContext,
  caller: ServerCaller,
  id = "",
  unknown: ErrorCode = 4040010,
): Transaction {
  if (!/^\d{1,20}$/.test(id)) throw refuse(4000006);
  const found = context
    .environment()
    .transactions.find((known) => known.transactionId === id && known.bundleId === caller.bundleId);
  if (found === undefined) throw refuse(unknown);
  return found;
}

/** Every transaction of the customer of an id, who is found by any transaction id or by the app transaction id. */
export function customerTransactions(context: ServerContext, caller: ServerCaller, id = ""): Transaction[] {
  const { transactions } = context.environment();
  const inApp = transactions.filter((known) => known.bundleId === caller.bundleId);
  const byApp = inApp.filter((known) => known.appTransactionId === id);
  if (byApp.length > 0) return byApp;
  const { appTransactionId } = findTransaction(context, caller, id);
  return inApp.filter((known) => known.appTransactionId === appTransactionId);
}

/** A page of at most 20, the size of history and refunds. */
const pageSize = 20;

/** One page after `revision`. @throws Refused 4000005 when the revision belongs to no transaction of the list. */
export function pageAfter(transactions: readonly Transaction[], revision: string | undefined) {
  const revisionOf = (transaction: Transaction | undefined) =>
    transaction === undefined ? "" : `${transaction.purchaseDate}_${transaction.transactionId}`;
  const last = transactions.findIndex((transaction) => revisionOf(transaction) === revision);
  if (revision !== undefined && last < 0) throw refuse(4000005);
  const page = transactions.slice(last + 1, last + 1 + pageSize);
  return {
    page,
    hasMore: last + 1 + page.length < transactions.length,
    // The last revision stays good for asking later whether there is more.
    revision: page.length > 0 ? revisionOf(page.at(-1)) : (revision ?? ""),
  };
}
