import { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Page, PageWish } from "../list.ts";
import { path, type UpstreamPath } from "../upstream/path.ts";
import { type Adjust, type AdjustCall, unusable } from "./client.ts";
import { fromAdjust } from "./field-names.ts";

/*
 * The Campaign API, version 2: partners, links and sublinks. Its answers are `{ data: { paging, items } }`.
 *
 * Of `paging` only `cursor` is used. `next` is an absolute address, and an address that comes with an answer is never
 * called: the token would go wherever it points.
 */

/** Fields of an object of Adjust's in our spelling. */
export type Fields = Readonly<Record<string, unknown>>;

/** Where the API is, and how it wants its token. Source: the examples of Adjust's documentation. */
const campaignApi = { origin: "adjust-api", audience: { scheme: "Token" } } as const;

/** Most items of one page of ours, asked for where all pages are read. Adjust's documentation has no upper bound. */
const pageSize = 200;

/**
 * More pages than this are not read for one call: 100,000 links. At a fifth of a second each they fill the time that a
 * call has, and what answers on and on is stopped here.
 */
const maxPages = 500;

export const partnersPath = path`/public/v2/partners`;

/** The links of an app: its own, or those below another link. */
export function linksPath(appToken: string, parentToken: string | undefined): UpstreamPath {
  return parentToken === undefined
    ? path`/public/v2/apps/${appToken}/trackers`
    : path`/public/v2/apps/${appToken}/trackers/${parentToken}/children`;
}

/** One page. @throws RelayError `bad_upstream_response` for a page that leads back to itself. */
export async function campaignPage(
  adjust: Adjust,
  where: UpstreamPath,
  { limit, position }: PageWish,
): Promise<Page<Fields>> {
  const { body } = await adjust.call({
    ...campaignApi,
    path: where,
    query: { limit: String(limit), cursor: position },
  });
  const data = isObject(body) ? body.data : undefined;
  if (!isObject(data) || !Array.isArray(data.items)) return unusable("It has no list of items.", "GET");
  const value = data.items.map((item) => asFields(item) ?? unusable("An item is not an object.", "GET"));
  const next = cursorOf(data.paging);
  if (next !== undefined && next === position) return unusable("Its pages go round in circles.", "GET");
  return { value, position: next };
}

/** A whole list. @throws RelayError `bad_upstream_response` when its pages go round, `rejected` when it is endless. */
export async function campaignAll(adjust: Adjust, where: UpstreamPath): Promise<Fields[]> {
  const all: Fields[] = [];
  const seen = new Set<string>();
  let position: string | undefined;
  do {
    const page = await campaignPage(adjust, where, { limit: pageSize, position });
    for (const item of page.value) all.push(item);
    position = page.position;
    if (position !== undefined) {
      if (seen.has(position)) return unusable("Its pages go round in circles.", "GET");
      seen.add(position);
      if (seen.size >= maxPages) throw tooManyPages();
    }
  } while (position !== undefined);
  return all;
}

/** Sends a write. @returns the answer's one link in our spelling; undefined where the answer holds none. */
export async function writeLink(
  adjust: Adjust,
  call: Pick<AdjustCall, "path" | "json" | "idempotent"> & { method: "POST" | "PATCH" },
): Promise<Fields | undefined> {
  const { body } = await adjust.call({ ...campaignApi, ...call });
  const data = isObject(body) ? body.data : undefined;
  const items = isObject(data) && Array.isArray(data.items) ? data.items : [];
  // The documentation shows one example for reading and writing, a list. A link by itself is understood too.
  const candidates = items.length > 0 ? (items.length === 1 ? items : []) : [data, body];
  const found = candidates.find((candidate) => isObject(candidate) && typeof candidate.token === "string");
  return asFields(found);
}

function asFields(value: unknown): Fields | undefined {
  const ours = fromAdjust(value);
  return isObject(ours) ? ours : undefined;
}

/** Where the next page starts. The last page has no cursor, or no `next`. */
function cursorOf(paging: unknown): string | undefined {
  if (!isObject(paging)) return undefined;
  const { cursor, next } = paging;
  if (cursor === undefined || cursor === null || cursor === "" || next === null) return undefined;
  // It travels in our own cursor, which takes visible ASCII of this length.
  if (typeof cursor !== "string" || !/^[\x21-\x7e]{1,2000}$/.test(cursor)) {
    return unusable("Its cursor is not text.", "GET");
  }
  return cursor;
}

function tooManyPages(): RelayError {
  return new RelayError("rejected", {
    message: `There are more than ${maxPages * pageSize} links here, too many to look through.`,
    hint: "Archive links that are no longer used, or work below another link.",
    source: "adjust",
  });
}
