import { get, send, type TestBench } from "./support.ts";

/** A resource of App Store Connect, as far as tests of prices look at it. */
export interface Resource {
  type: string;
  id: string;
  attributes: Record<string, unknown>;
  relationships?: Record<
    string,
    {
      data?: { type: string; id: string } | { type: string; id: string }[] | null;
      meta?: unknown;
      links?: unknown;
    }
  >;
}

export interface Page {
  data: Resource[];
  included?: Resource[];
  links: { next?: string };
  meta: { paging: { total: number; limit: number } };
}

export interface Instance {
  data: Resource;
  included?: Resource[];
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
  /** Code, detail and pointer of the first error. */
  error: readonly [code: string, detail: string, pointer: string | undefined] | undefined;
}

async function answer<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  const body = text === "" ? undefined : JSON.parse(text);
  const error = body?.errors?.[0];
  return {
    status: response.status,
    headers: response.headers,
    body,
    error: error && [error.code, error.detail, error.source?.pointer],
  };
}

/** App Store Connect of a bench, called with its team key. */
export function connectOf(bench: TestBench) {
  const origin = bench.simulator.urls.appStoreConnect;
  const url = (target: string) => (target.startsWith("http") ? target : `${origin}${target}`);
  return {
    read: async <Body>(target: string) => answer<Body>(await get(url(target), bench.tokens.team)),
    write: async <Body>(method: string, target: string, body: unknown) =>
      answer<Body>(await send(method, url(target), bench.tokens.team, body)),
    /** Every page of a list. */
    async all(target: string): Promise<Resource[]> {
      const found: Resource[] = [];
      let next: string | undefined = target;
      while (next !== undefined) {
        const page: Page = JSON.parse(await (await get(url(next), bench.tokens.team)).text());
        found.push(...page.data);
        next = page.links.next;
      }
      return found;
    },
  };
}

/** What an id says, when it is base64url of JSON. */
export function decoded(id: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(id, "base64url").toString("utf8"));
}

/** An id of a price point by what it says. */
export function pointId(item: string, territory: string, code: number): string {
  return Buffer.from(JSON.stringify({ s: item, t: territory, p: String(code) })).toString("base64url");
}

export interface NewPrice {
  point: string | undefined;
  startDate?: string | null;
  endDate?: string | null;
  id?: string;
}

/** The body of a new price schedule of an in-app purchase; `change` bends it. */
export function scheduleBody(item: string, base: string, prices: readonly NewPrice[]) {
  const type = "inAppPurchasePrices";
  const ids = prices.map(({ id }, index) => id ?? `\${p${index}}`);
  return {
    data: {
      type: "inAppPurchasePriceSchedules",
      relationships: {
        inAppPurchase: { data: { type: "inAppPurchases", id: item } },
        baseTerritory: { data: { type: "territories", id: base } },
        manualPrices: { data: ids.map((id) => ({ type, id })) },
      } as Record<string, unknown>,
    },
    included: prices.map(({ point, startDate = null, endDate = null }, index) => ({
      type,
      id: ids[index],
      attributes: { startDate, endDate },
      relationships:
        point === undefined
          ? {}
          : { inAppPurchasePricePoint: { data: { type: "inAppPurchasePricePoints", id: point } } },
    })),
  };
}
