import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connectOf, decoded, type Instance, type Page, type Resource } from "./prices-support.ts";
import { startBench, stillRuntime, type TestBench } from "./support.ts";

/** 1 December 2026 in Greenwich, and still 30 November in California. */
const now = Date.UTC(2026, 11, 1, 6);

let bench: TestBench;
let connect: ReturnType<typeof connectOf>;

before(async () => {
  bench = await startBench({ runtime: stillRuntime(now) });
  connect = connectOf(bench);
});
after(() => bench.simulator.close());

const dates = ({ attributes }: Resource) => [attributes.startDate, attributes.endDate];
const ids = (instance: Instance, relationship: string) => {
  const data = instance.data.relationships?.[relationship]?.data;
  return Array.isArray(data) ? data.map(({ id }) => id) : [];
};

describe("a price schedule", () => {
  test("is read in one call, by its item and by its own id", async () => {
    const query = "?include=baseTerritory,manualPrices&limit[manualPrices]=50";
    for (const path of [
      "/v2/inAppPurchases/6700000003/iapPriceSchedule",
      "/v1/inAppPurchasePriceSchedules/6700000003",
    ]) {
      const { body } = await connect.read<Instance>(`${path}${query}`);
      assert.deepEqual([body.data.type, body.data.id], ["inAppPurchasePriceSchedules", "6700000003"]);
      assert.deepEqual(body.data.relationships?.baseTerritory?.data, { type: "territories", id: "USA" });
      const included = body.included?.filter(({ type }) => type === "inAppPurchasePrices") ?? [];
      assert.deepEqual(included.map(dates), [
        [null, "2026-12-10"],
        ["2026-12-10", "2026-12-17"],
        ["2026-12-17", null],
      ]);
      assert.deepEqual(
        ids(body, "manualPrices"),
        included.map(({ id }) => id),
      );
    }
  });

  test("has ids that say item, territory, code and midnight in California", async () => {
    const [before, sale] = await connect.all("/v1/inAppPurchasePriceSchedules/6700000003/manualPrices");
    const start = Date.UTC(2026, 11, 10, 8) / 1000;
    const common = { s: "6700000003", t: "USA" };
    assert.deepEqual(decoded(before?.id ?? ""), { ...common, p: "10036", sd: 0, ed: start });
    assert.deepEqual(decoded(sale?.id ?? ""), { ...common, p: "10023", sd: start, ed: start + 7 * 86_400 });
    assert.match(Buffer.from(before?.id ?? "", "base64url").toString(), /"sd":0\.0,"ed":\d+\.0\}$/);
  });

  test("cuts relationships at their limit and says the total", async () => {
    for (const [query, shown] of Object.entries({ "": 10, "&limit[manualPrices]=50": 50 })) {
      const { body } = await connect.read<Instance>(
        `/v2/inAppPurchases/6700000239/iapPriceSchedule?include=manualPrices${query}`,
      );
      assert.equal(ids(body, "manualPrices").length, shown);
      assert.deepEqual(body.data.relationships?.manualPrices?.meta, { paging: { total: 60, limit: shown } });
    }
    assert.equal(
      (
        await connect.read(
          "/v2/inAppPurchases/6700000239/iapPriceSchedule?include=manualPrices&limit[manualPrices]=51",
        )
      ).status,
      400,
    );
  });

  test("pages through more prices than one page holds", async () => {
    const target = "/v1/inAppPurchasePriceSchedules/6700000240/manualPrices";
    const first = await connect.read<Page>(`${target}?limit=200`);
    assert.equal(first.body.data.length, 200);
    assert.equal(first.body.meta.paging.total, 240);
    const all = await connect.all(`${target}?limit=200&include=inAppPurchasePricePoint,territory`);
    assert.equal(new Set(all.map(({ id }) => id)).size, 240);
    assert.equal((await connect.read(`${target}?limit=201`)).status, 400);
  });

  test("names point and territory of a price when they are included, and fields name them", async () => {
    const target = "/v1/appPriceSchedules/1480000002/manualPrices?include=appPricePoint,territory";
    const { body } = await connect.read<Page>(`${target}&filter[territory]=GBR`);
    const [price] = body.data;
    assert.deepEqual(price?.attributes, { startDate: null, endDate: null, manual: true });
    assert.deepEqual(price?.relationships?.territory, { data: { type: "territories", id: "GBR" } });
    const point = body.included?.find(({ type }) => type === "appPricePoints");
    assert.equal(point?.attributes.customerPrice, "3.99");
    assert.deepEqual(price?.relationships?.appPricePoint?.data, { type: "appPricePoints", id: point?.id });
    const bare = await connect.read<Page>(`${target}&fields[appPrices]=startDate`);
    assert.equal(bare.body.data[0]?.relationships, undefined);
  });

  test("has automatic prices on all days that no manual price covers, by equalization", async () => {
    const list = (id: string, territory: string) =>
      connect.all(
        `/v1/inAppPurchasePriceSchedules/${id}/automaticPrices?filter[territory]=${territory}&include=inAppPurchasePricePoint`,
      );
    const pointOf = (price: Resource | undefined) => {
      const data = price?.relationships?.inAppPurchasePricePoint?.data;
      return data && !Array.isArray(data) ? data.id : "";
    };
    // The base has a sale, and so have those that follow it.
    const germany = await list("6700000003", "DEU");
    assert.deepEqual(germany.map(dates), [
      [null, "2026-12-10"],
      ["2026-12-10", "2026-12-17"],
      ["2026-12-17", null],
    ]);
    const [base] = await connect.all(
      "/v1/inAppPurchasePriceSchedules/6700000003/manualPrices?include=inAppPurchasePricePoint",
    );
    const [equal] = await connect.all(
      `/v1/inAppPurchasePricePoints/${pointOf(base)}/equalizations?filter[territory]=DEU`,
    );
    assert.equal(pointOf(germany[0]), equal?.id);
    assert.deepEqual((await list("6700000003", "USA")).length, 0);
    // Manual until a day, and from a day on.
    assert.deepEqual((await list("6700000004", "USA")).map(dates), [["2026-12-10", null]]);
    assert.deepEqual((await list("6700000004", "CAN")).map(dates), [[null, "2026-12-10"]]);
    assert.deepEqual((await list("6700000002", "JPN")).length, 0);
    const all = await connect.all("/v1/inAppPurchasePriceSchedules/6700000004/automaticPrices?limit=200");
    assert.equal(all.length, 174);
    assert.ok(all.every(({ attributes }) => attributes.manual === false));
  });

  test("of an item that never had one is there, and its prices are not", async () => {
    const { status, body } = await connect.read<Instance>(
      "/v1/apps/1480000003/appPriceSchedule?include=manualPrices,baseTerritory",
    );
    assert.deepEqual([status, body.data.id, ids(body, "manualPrices")], [200, "1480000003", []]);
    for (const name of ["manualPrices", "automaticPrices", "baseTerritory"]) {
      const answer = await connect.read(`/v1/appPriceSchedules/1480000003/${name}`);
      assert.equal(answer.status, 404);
      assert.match(answer.error?.[1] ?? "", /type 'null'/);
    }
    assert.equal((await connect.read("/v1/appPriceSchedules/1480000099")).status, 404);
  });

  test("has a base territory other than the United States where one was chosen", async () => {
    const { body } = await connect.read<Instance>("/v1/inAppPurchasePriceSchedules/6700000004/baseTerritory");
    assert.deepEqual([body.data.id, body.data.attributes], ["DEU", { currency: "EUR" }]);
  });
});
