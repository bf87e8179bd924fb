import { chooseCredential } from "../choose.ts";
import { publicOrigins } from "../configuration.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { notACursor } from "../cursor.ts";
import type { RelayError } from "../errors.ts";
import type { JobScope } from "../jobs/kind.ts";
import type { Page, PageWish } from "../list.ts";
import { maxLookUpItems, tooMany } from "../look-up.ts";
import { malformed } from "../upstream/body.ts";
import { discard } from "../upstream/client.ts";
import { callJson } from "../upstream/json-call.ts";
import type { UpstreamPath } from "../upstream/path.ts";
import { failureError } from "../upstream/refusal.ts";
import { nextCursor } from "./document.ts";
import { type FlatResource, flatten, type Resource, toResource } from "./flatten.ts";

/** Kinds of key that the App Store Connect API takes. */
export const appStoreConnectKinds = ["app-store-connect-team", "app-store-connect-individual"] as const;

/** Query of a call: absent values are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A JSON:API document with its resources as Apple sent them. */
export interface ResourceDocument {
  /** The resource; undefined where the document's `data` is null. */
  data: Resource | undefined;
  included: readonly Resource[];
}

/** Every page of a list, its resources as Apple sent them. */
export interface WholeList {
  data: readonly Resource[];
  included: readonly Resource[];
}

/** App Store Connect for one call of ours: the credential is chosen, the deadline runs. */
export interface AppStoreConnect {
  readonly credential: ChosenCredential;
  /** One resource, flat. */
  get(path: UpstreamPath, query?: Query): Promise<FlatResource>;
  /** One page of a list, flat. */
  page(path: UpstreamPath, query: Query, wish: PageWish): Promise<Page<FlatResource>>;
  /** A whole list, for dropdowns. @throws RelayError `rejected` when it is too long for one. */
  all(path: UpstreamPath, query?: Query): Promise<FlatResource[]>;
  /** One resource with what was included, not flattened. */
  document(path: UpstreamPath, query?: Query): Promise<ResourceDocument>;
  /**
   * A whole list, not flattened: complete or an error, never a first page.
   *
   * @param pageSize items of one upstream page, where the endpoint takes more than 200.
   * @throws RelayError `bad_upstream_response` when the pages lead elsewhere, go round in circles, or hold fewer
   *   items than Apple says that there are.
   */
  whole(path: UpstreamPath, query?: Query, pageSize?: number): Promise<WholeList>;
  /**
   * One write. Its answer is not read: what was changed is read back instead.
   *
   * @throws RelayError `outcome_unknown` where the write may have been made; others where it was not.
   */
  write(method: "POST" | "PATCH" | "DELETE", path: UpstreamPath, json?: unknown): Promise<void>;
}

/** Most items of one upstream page, where an endpoint has no larger one. Source: Apple's OpenAPI file. */
const maxPageSize = 200;

/** Pages that one list is read to at most: 100,000 items, ten times what an app can have in-app purchases. */
const maxPages = 500;

/** Chooses the credential and opens the client. @throws RelayError as `Credentials.choose`. */
export async function openAppStoreConnect(scope: JobScope): Promise<AppStoreConnect> {
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

  async function readPage(path: UpstreamPath, query: Query, limit: number, position: string | undefined) {
    const document = await read(path, { ...query, limit, cursor: position });
    const { data, included, meta } = document;
    if (!Array.isArray(data)) throw unusable("Its data is not a list.");
    const next = nextCursor(document, {
      origins: [upstream.origin("app-store-connect"), publicOrigins["app-store-connect"]],
      path: path.encoded,
      position,
    });
    if (next === "hostile") throw unusable("Its link to the next page leads elsewhere.");
    return {
      data: data.map((item) => toResource(item) ?? fail()),
      included: resources(included),
      next,
      total: pagingTotal(meta),
    };
  }

  async function readWhole(path: UpstreamPath, query: Query, pageSize: number, maxItems = Infinity) {
    const data: Resource[] = [];
    const included: Resource[] = [];
    const ids = new Set<string>();
    const seen = new Set<string>();
    let position: string | undefined;
    let total: number | undefined;
    do {
      const part = await readPage(path, query, pageSize, position);
      for (const item of part.data) {
        data.push(item);
        ids.add(item.id);
      }
      for (const item of part.included) included.push(item);
      total = part.total;
      position = part.next;
      if (data.length > maxItems) throw tooMany();
      if (position === undefined) break;
      if (seen.has(position) || seen.size >= maxPages) throw unusable("Its pages go round in circles.");
      seen.add(position);
    } while (position !== undefined);
    if (total !== undefined && ids.size < total) {
      throw unusable(`Its pages hold ${ids.size} of ${total} items.`);
    }
    return { data, included };
  }

  return {
    credential,
    async write(method, path, json) {
      await callJson(upstream, runtime.now, {
        origin: "app-store-connect",
        method,
        path,
        credential,
        deadline,
        ...(json !== undefined && { json }),
        // A write that was carried out stays one however broken its answer is.
        async read(exchange) {
          discard(exchange);
        },
      });
    },
    async page(path, query, { limit, position, environment }) {
      // App Store Connect has one environment: a cursor that names one was not made here.
      if (environment !== undefined) throw notACursor();
      const { data, included, next, total } = await readPage(path, query, limit, position);
      return {
        value: data.map((item) => flatten(item, included)),
        position: next,
        totalCount: total,
        credential: credential.credential.name,
      };
    },
    async get(path, query = {}) {
      const document = await read(path, query);
      return flatten(toResource(document.data) ?? fail(), resources(document.included));
    },
    async all(path, query = {}) {
      const { data, included } = await readWhole(path, query, maxPageSize, maxLookUpItems);
      return data.map((item) => flatten(item, included));
    },
    async document(path, query = {}) {
      const { data, included } = await read(path, query);
      const none = data === null || data === undefined;
      return { data: none ? undefined : (toResource(data) ?? fail()), included: resources(included) };
    },
    whole: (path, query = {}, pageSize = maxPageSize) => readWhole(path, query, pageSize),
  };
}

function resources(included: unknown) {
  return Array.isArray(included) ? included.flatMap((item) => toResource(item) ?? []) : [];
}

/** `paging.total` of a document's or a relationship's `meta`. */
export function pagingTotal(meta: unknown): number | undefined {
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
