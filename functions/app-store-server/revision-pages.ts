import type { Static } from "typebox";
import * as Type from "typebox";
import { notACursor } from "../cursor.ts";
import type { Page, PageWish } from "../list.ts";
import { text, words } from "../schema.ts";
import type { AppStoreServer, ServerCall } from "./client.ts";
import type { Environment } from "./environment.ts";
import { type TransactionRow, transactionRows } from "./transaction-fields.ts";

/**
 * Lists of transactions. Apple's pages hold 20 and lead on by a `revision`, which is good for asking later what has come
 * since; ours hold as many as the caller wants. So a position is the revision of a page of Apple's, and the last
 * transaction of it that was listed.
 */

/** Longest revision that is passed on; Apple's have some 30 characters. */
const revisionPattern = "^[\\x21-\\x7e]{1,1000}$";
const position = /^(\d{0,20})_([\x21-\x7e]{0,1000})$/;

/** Pages of Apple's for one of ours: 200 items are ten, and more are read only where they are short. */
const maxPages = 20;

/** The input that goes on where an earlier list ended. */
export const revisionInput = {
  revision: Type.Optional(
    text(
      "Revision",
      "Revision that the last page of an earlier list was answered with: only what is new or has changed since is listed. Keep the other inputs as they were.",
      { pattern: revisionPattern, form: "a revision as a list answered it", visibility: "advanced" },
    ),
  ),
};

/** Beside the items of a page. */
export const revisionOutput = {
  revision: Type.Optional(
    words("Revision", "On the last page: where the list ended, to ask later for what has come since."),
  ),
};

/** What is asked for: the call without its revision, and the page that the caller wants. */
interface RevisionList {
  call: Omit<ServerCall, "method" | "environment">;
  /** Where the caller wants to begin; a cursor goes before. */
  revision: string | undefined;
  wish: PageWish;
}

/**
 * A page of a list of transactions, each verified.
 *
 * @throws RelayError `bad_upstream_response` for a transaction that is not to be believed, and for pages that lead nowhere.
 */
export async function revisionPage(
  server: AppStoreServer,
  { call, revision: begin, wish }: RevisionList,
): Promise<Page<Static<typeof TransactionRow>> & { environment: Environment }> {
  let { revision, after } = startOf(wish, begin);
  const seen = new Set([revision]);
  const value: Static<typeof TransactionRow>[] = [];
  let environment: Environment | undefined;
  for (let asked = 1; ; asked += 1) {
    const answer = await server.ask({
      ...call,
      method: "GET",
      query: [...(call.query ?? []), ...(revision === "" ? [] : [["revision", revision] as const])],
      // The first page has found out where the customer is.
      ...(environment && { environment }),
    });
    environment = answer.environment;
    const rows = await transactionRows(answer);
    const start = rows.findIndex(({ transactionId }) => transactionId === after) + 1;
    const taken = rows.slice(start, start + wish.limit - value.length);
    value.push(...taken);
    if (start + taken.length < rows.length) {
      return { environment, value, position: `${taken.at(-1)?.transactionId ?? after}_${revision}` };
    }
    const { hasMore, revision: next } = answer.body;
    if (hasMore !== true) {
      return {
        environment,
        value,
        further: typeof next === "string" && next !== "" ? { revision: next } : {},
      };
    }
    if (typeof next !== "string" || !new RegExp(revisionPattern).test(next) || seen.has(next)) {
      throw answer.refuse("revision", "does not lead to a further page.");
    }
    if (value.length >= wish.limit || asked >= maxPages) return { environment, value, position: `_${next}` };
    seen.add(next);
    revision = next;
    after = "";
  }
}

function startOf({ position: given }: PageWish, begin = ""): { revision: string; after: string } {
  if (given === undefined) return { revision: begin, after: "" };
  const [, after, revision] = position.exec(given) ?? [];
  if (after === undefined || revision === undefined) throw notACursor();
  return { revision, after };
}
