import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { get, raw, startBench, type TestBench } from "./support.ts";

interface Resource {
  type: string;
  id: string;
  attributes: Record<string, unknown>;
  relationships?: Record<string, { data?: unknown; links?: Record<string, string>; meta?: unknown }>;
  links: { self: string };
}

interface Page {
  data: Resource[];
  included?: Resource[];
  links: { self: string; first: string; next?: string };
  meta: { paging: { total: number; limit: number; nextCursor?: string } };
}

interface Problem {
  errors: {
    id: string;
    status: string;
    code: string;
    title: string;
    detail: string;
    source?: { parameter: string };
  }[];
}

let bench: TestBench;
let origin: string;

before(async () => {
  bench = await startBench();
  origin = bench.simulator.urls.appStoreConnect;
});
after(() => bench.simulator.close());

async function read<Body>(
  target: string,
  token = bench.tokens.team,
): Promise<{ status: number; body: Body }> {
  const response = await get(target.startsWith("http") ? target : `${origin}${target}`, token);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

async function page(target: string): Promise<Page> {
  const { status, body } = await read<Page>(target);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

async function problem(target: string): Promise<[number, string | undefined, string | undefined]> {
  const { status, body } = await read<Problem>(target);
  const [error] = body.errors;
  assert.equal(error?.status, String(status));
  assert.match(error?.id ?? "", /^[0-9a-f-]{36}$/);
  assert.ok(error?.title && error.detail);
  return [status, error?.code, error?.source?.parameter];
}

describe("lists", () => {
  test("page by absolute links and a cursor until every one was seen once", async () => {
    const seen: string[] = [];
    let next: string | undefined = `/v1/apps/1480000001/inAppPurchasesV2?limit=100&sort=-name`;
    const sizes: number[] = [];
    while (next !== undefined) {
      const current: Page = await page(next);
      sizes.push(current.data.length);
      seen.push(...current.data.map(({ id }) => id));
      assert.equal(current.meta.paging.total, 240);
      assert.equal(current.meta.paging.limit, 100);
      assert.ok(current.links.self.startsWith(`${origin}/v1/apps/1480000001/inAppPurchasesV2?`));
      assert.equal(current.links.first, `${origin}/v1/apps/1480000001/inAppPurchasesV2?sort=-name&limit=100`);
      next = current.links.next;
      assert.equal(next === undefined, current.meta.paging.nextCursor === undefined);
      if (next !== undefined)
        assert.equal(new URL(next).searchParams.get("cursor"), current.meta.paging.nextCursor);
    }
    assert.deepEqual(sizes, [100, 100, 40]);
    assert.equal(new Set(seen).size, 240);
  });

  test("have 50 a page when no limit is given", async () => {
    const territories = await page("/v1/territories");
    assert.equal(territories.data.length, 50);
    assert.deepEqual([territories.meta.paging.total, territories.meta.paging.limit], [175, 50]);
  });

  test("refuse a cursor that belongs to another filter, another list or nobody", async () => {
    const first = await page(
      "/v1/apps/1480000001/inAppPurchasesV2?limit=1&filter[inAppPurchaseType]=CONSUMABLE",
    );
    const cursor = first.meta.paging.nextCursor ?? "";
    const list = "/v1/apps/1480000001/inAppPurchasesV2";
    assert.equal(
      (await read(`${list}?limit=1&filter[inAppPurchaseType]=CONSUMABLE&cursor=${cursor}`)).status,
      200,
    );
    const invalid = [400, "PARAMETER_ERROR.INVALID", "cursor"];
    for (const target of [
      `${list}?cursor=${cursor}`,
      `/v1/apps?cursor=${cursor}`,
      `${list}?cursor=AQ.made-up`,
    ])
      assert.deepEqual(await problem(target), invalid);
  });

  test("filter by bundle ID, name and SKU loosely: more than the exact one may come", async () => {
    const ids = async (query: string) => (await page(`/v1/apps?${query}`)).data.map(({ id }) => id);
    assert.deepEqual(await ids("filter[bundleId]=com.example.harborkings"), ["1480000001", "1480000003"]);
    assert.deepEqual(await ids("filter[bundleId]=COM.EXAMPLE.STILLWATER"), ["1480000002"]);
    assert.deepEqual(await ids("filter[name]=harbor"), ["1480000001", "1480000003"]);
    assert.deepEqual(await ids("filter%5Bsku%5D=STILLWATER-1,HARBOR-STICKERS-1"), [
      "1480000002",
      "1480000003",
    ]);
    assert.deepEqual(await ids("filter[bundleId]=com.example.nothing"), []);
    assert.deepEqual(await ids("filter[id]=148000000"), []);
    assert.deepEqual(await ids("filter[appStoreVersions.appVersionState]=PREPARE_FOR_SUBMISSION"), [
      "1480000003",
    ]);
    assert.deepEqual(await ids("sort=-bundleId&limit=1"), ["1480000002"]);
  });

  test("filter in-app purchases", async () => {
    const list = "/v1/apps/1480000001/inAppPurchasesV2";
    const total = async (query: string) => (await page(`${list}?${query}`)).meta.paging.total;
    assert.equal(await total("filter[state]=READY_TO_SUBMIT"), 4);
    assert.equal(await total("filter[inAppPurchaseType]=CONSUMABLE,NON_CONSUMABLE"), 220);
    // gems.1, gems.10 to gems.19 and gems.100 to gems.160.
    assert.equal(await total("filter[productId]=com.example.harborkings.gems.1"), 72);
  });
});

describe("resources", () => {
  test("have links for relationships that are not included, and data for those that are", async () => {
    const { body } = await read<{ data: Resource; included: Resource[] }>(
      "/v2/inAppPurchases/6700000001?include=inAppPurchaseAvailability,inAppPurchaseLocalizations,iapPriceSchedule",
    );
    const self = `${origin}/v2/inAppPurchases/6700000001`;
    assert.equal(body.data.links.self, self);
    const { images, ...relationships } = body.data.relationships ?? {};
    assert.deepEqual(images, { links: { self: `${self}/relationships/images`, related: `${self}/images` } });
    assert.deepEqual(relationships.inAppPurchaseAvailability?.data, {
      type: "inAppPurchaseAvailabilities",
      id: "6700000001",
    });
    assert.equal(relationships.iapPriceSchedule?.data, null);
    assert.deepEqual(relationships.inAppPurchaseLocalizations?.meta, { paging: { total: 1, limit: 10 } });
    assert.deepEqual(
      body.included.map(({ type }) => type),
      ["inAppPurchaseAvailabilities", "inAppPurchaseLocalizations"],
    );
  });

  test("show a relationship's data only when fields name it too", async () => {
    const target = "/v1/apps/1480000002?include=appStoreVersions&fields[apps]=name";
    const { body } = await read<{ data: Resource; included: Resource[] }>(target);
    assert.deepEqual(body.data.attributes, { name: "Stillwater: Meditation" });
    assert.equal(body.data.relationships, undefined);
    assert.equal(body.included.length, 1);
    const both = await read<{ data: Resource }>(`${target},appStoreVersions&limit[appStoreVersions]=1`);
    assert.deepEqual(both.body.data.relationships?.appStoreVersions?.data, [
      { type: "appStoreVersions", id: "1480000002-v1" },
    ]);
  });

  test("that do not exist are 404, and paths count every character", async () => {
    for (const target of ["/v1/apps/9", "/v2/inAppPurchases/9", "/v1/apps/9/inAppPurchasesV2"])
      assert.deepEqual((await problem(target)).slice(0, 2), [404, "NOT_FOUND"]);
    for (const target of [
      "/V1/apps",
      "/v1/Apps",
      "/v1/apps/",
      "//v1/apps",
      "/v2/apps",
      "/v1/x/../apps",
      "/v1/%61pps",
    ]) {
      const answer = await raw(origin, target, { token: bench.tokens.team });
      assert.equal(answer.status, 404, target);
    }
  });
});

describe("parameters", () => {
  const illegal = {
    "/v1/apps?foo=1": "foo",
    "/v1/apps?filter[productId]=x": "filter[productId]",
    "/v1/apps?fields[territories]=currency": "fields[territories]",
    "/v1/apps?limit[foo]=1": "limit[foo]",
    "/v1/apps/1480000001?limit=1": "limit",
    "/v1/apps/1480000001?cursor=x": "cursor",
    "/v1/apps/1480000001?sort=name": "sort",
    "/v1/territories?include=x": "include",
    "/v1/territories?filter[id]=USA": "filter[id]",
    "/v2/inAppPurchases/6700000001?filter[name]=x": "filter[name]",
    "/v1/apps?code=secret": "code",
    "/v1/apps?Limit=1": "Limit",
  };
  for (const [target, parameter] of Object.entries(illegal)) {
    test(`${target} is not allowed`, async () => {
      assert.deepEqual(await problem(target), [400, "PARAMETER_ERROR.ILLEGAL", parameter]);
    });
  }

  const invalid = {
    "/v1/apps?limit=0": "limit",
    "/v1/apps?limit=201": "limit",
    "/v1/apps?limit=50.0": "limit",
    "/v1/apps?limit=": "limit",
    "/v1/apps?limit=1&limit=1": "limit",
    "/v1/apps?limit[builds]=51": "limit[builds]",
    "/v1/apps?sort=id": "sort",
    "/v1/apps?include=appPriceSchedule": "include",
    "/v1/apps?fields[apps]=price": "fields[apps]",
    "/v1/apps?filter[name]=": "filter[name]",
    "/v1/apps?exists[gameCenterEnabledVersions]=maybe": "exists[gameCenterEnabledVersions]",
    "/v1/apps/1480000001/inAppPurchasesV2?filter[state]=SOLD": "filter[state]",
    "/v1/apps/1480000001/inAppPurchasesV2?fields[inAppPurchases]=referenceName": "fields[inAppPurchases]",
  };
  for (const [target, parameter] of Object.entries(invalid)) {
    test(`${target} has an invalid value`, async () => {
      assert.deepEqual(await problem(target), [400, "PARAMETER_ERROR.INVALID", parameter]);
    });
  }

  test("may fill their ranges", async () => {
    assert.equal((await page("/v1/territories?limit=200&fields[territories]=currency")).data.length, 175);
    assert.equal((await read("/v1/apps?fields[inAppPurchases]=referenceName,productId")).status, 200);
    assert.equal((await read("/v2/inAppPurchases/6700000001?limit[pricePoints]=8000")).status, 200);
  });
});

describe("roles", () => {
  test("decide who may list users", async () => {
    assert.deepEqual((await problem("/v1/users")).slice(0, 2), [403, "FORBIDDEN_ERROR"]);
    await using own = await startBench();
    const [team] = own.demo.keys.appStoreConnect;
    assert.ok(team);
    own.simulator.setKeys({ ...own.demo.keys, appStoreConnect: [{ ...team, role: "ADMIN" }] });
    assert.equal((await get(`${own.simulator.urls.appStoreConnect}/v1/users`, own.tokens.team)).status, 200);
  });

  test("a missing agreement forbids everything", async () => {
    await using own = await startBench();
    own.simulator.world.appStoreConnect.agreementMissing = true;
    const response = await get(`${own.simulator.urls.appStoreConnect}/v1/apps`, own.tokens.team);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /FORBIDDEN\.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED/);
  });
});

describe("sales reports", () => {
  const query = (changes: Record<string, string | undefined> = {}) => {
    const filters: Record<string, string | undefined> = {
      vendorNumber: "85000000",
      reportType: "SALES",
      reportSubType: "SUMMARY",
      frequency: "DAILY",
      reportDate: "2026-11-21",
      ...changes,
    };
    const given = Object.entries(filters).filter(([, value]) => value !== undefined);
    return `/v1/salesReports?${given.map(([name, value]) => `filter[${name}]=${value}`).join("&")}`;
  };

  test("are gzip files", async () => {
    const answer = await raw(origin, query(), {
      token: bench.tokens.team,
      headers: { accept: "application/a-gzip" },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/a-gzip");
    assert.equal(answer.headers["content-encoding"], undefined);
    assert.match(gunzipSync(answer.body).toString(), /HARBOR-KINGS-1\tHarbor Kings\t388/);
  });

  test("are picky, and say so in JSON", async () => {
    assert.deepEqual((await problem(query({ reportDate: "2026-11-19" }))).slice(0, 2), [404, "NOT_FOUND"]);
    const required = [400, "PARAMETER_ERROR.REQUIRED", "filter[vendorNumber]"];
    assert.deepEqual(await problem(query({ vendorNumber: undefined })), required);
    assert.equal((await problem(query({ frequency: "MONTHLY" })))[2], "filter[reportDate]");
    assert.equal((await problem(query({ frequency: "HOURLY" })))[2], "filter[frequency]");
    assert.equal((await problem(query({ vendorNumber: "1" })))[2], "filter[vendorNumber]");
    assert.equal((await get(`${origin}${query()}`, bench.tokens.individual)).status, 403);
    const json = { headers: { accept: "application/json" } };
    assert.equal((await get(`${origin}${query()}`, bench.tokens.team, json)).status, 406);
  });
});
