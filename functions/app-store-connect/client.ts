import { chooseCredential } from "../choose.ts";
import { publicOrigins } from "../configuration.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { notACursor } from "../cursor.ts";
import type { RelayError } from "../errors.ts";
import type { Page, PageWish } from "../list.ts";
import { maxLookUpItems, tooMany } from "../look-up.ts";
import type { Scope } from "../scope.ts";
import { malformed } from "../upstream/body.ts";
import { callJson } from "../upstream/json-call.ts";
import type { UpstreamPath } from "../upstream/path.ts";
import { failureError } from "../upstream/refusal.ts";
import { nextCursor } from "./document.ts";
import { type FlatResource, flatten, toResource } from "./flatten.ts";

/** Kinds of key that the App Store Connect API takes. */
export const appStoreConnectKinds = ["app-store-connect-team", "app-store-connect-individual"] as const;

/** Query of a call: absent values are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** App Store Connect for one call of ours: the credential is chosen, the deadline runs. */
export interface AppStoreConnect {
  readonly credential: ChosenCredential;
  /** One resource, flat. */
  get(path: UpstreamPath, query?: Query): Promise<FlatResource>;
  /** One page of a list, flat. */
  page(path: UpstreamPath, query: Query, wish: PageWish): Promise<Page<FlatResource>>;
  /** A whole list, for dropdowns. @throws RelayError `rejected` when it is too long for one. */
  all(path: UpstreamPath, query?: Query): Promise<FlatResource[]>;
}

/** Most items of one upstream page. Source: Apple's OpenAPI file. */
const maxPageSize = 200;

/** Chooses the credential and opens the client. @throws RelayError as `Credentials.choose`. */
export async function openAppStoreConnect(scope: Scope): Promise<AppStoreConnect> {
  const { upstream, runtime, deadline, credentialName } = scope;
  const credential = await chooseCredential(scope, appStoreConnectKinds, credentialName);

  async function read(path: UpstreamPath, query: Query): Promise<Record<string, unknown>> {
    const { body } = await callJson(upstream, runtime.now, {
      origin: "app-store-connect",
      method: "GET",
      path,
      query: Object.entries(query).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      ),
      credential,
      deadline,
    });
    if (typeof body !== "object" || body === null) throw unusable("It is not a JSON:API document.");
    return body as Record<string, unknown>;
  }

  async function page(path: UpstreamPath, query: Query, { limit, position, environment }: PageWish) {
    // App Store Connect has one environment: a cursor that names one was not made here.
    if (environment !== undefined) throw notACursor();
    const document = await read(path, { ...query, limit, cursor: position });
    const { data, included } = document;
    if (!Array.isArray(data)) throw unusable("Its data is not a list.");
    const others = resources(included);
    const next = nextCursor(document, {
      origins: [upstream.origin("app-store-connect"), publicOrigins["app-store-connect"]],
      path: path.encoded,
      position,
    });
    if (next === "hostile") throw unusable("Its link to the next page leads elsewhere.");
    const total = document.meta;
    return {
      value: data.map((item) => flatten(toResource(item) ?? fail(), others)),
      position: next,
      totalCount: totalOf(total),
      credential: credential.credential.name,
    };
  }

  return {
    credential,
    page,
    async get(path, query = {}) {
      const document = await read(path, query);
      return flatten(toResource(document.data) ?? fail(), resources(document.included));
    },
    async all(path, query = {}) {
      const items: FlatResource[] = [];
      let position: string | undefined;
      const seen = new Set<string>();
      do {
        const part = await page(path, query, { limit: maxPageSize, position });
        items.push(...part.value);
        position = part.position;
        if (items.length > maxLookUpItems) throw tooMany();
        if (position !== undefined && (seen.has(position) || seen.size > maxLookUpItems / 10)) {
          throw unusable("Its pages go round in circles.");
        }
        if (position !== undefined) seen.add(position);
      } while (position !== undefined);
      return items;
    },
  };
}

function resources(included: unknown) {
  return Array.isArray(included) ? included.flatMap((item) => toResource(item) ?? []) : [];
}

function totalOf(meta: unknown): number | undefined {
  const paging = typeof meta === "object" && meta !== null && "paging" in meta ? meta.paging : undefined;
  const total = typeof paging === "object" && paging !== null && "total" in paging ? paging.total : undefined;
  return typeof total === "number" && Number.isSafeInteger(total) && total >= 0 ? total : undefined;
}

function fail(): never {
  throw unusable("A resource has no id or type.");
}

function unusable(message: string): RelayError {
  return failureError({ origin: "app-store-connect", method: "GET" }, malformed(message));
}
