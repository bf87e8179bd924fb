import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { connectOf, type Instance, type Page, pointId, type Resource } from "./prices-support.ts";
import { startBench, stillRuntime, type TestBench } from "./support.ts";

/** 1 December 2026 in Greenwich, and still 30 November in California. */
const now = Date.UTC(2026, 11, 1, 6);
const yearly = "6730000001";
const weekly = "6730000003";

let bench: TestBench;
let connect: ReturnType<typeof connectOf>;
let runtime: ReturnType<typeof stillRuntime>;

beforeEach(async () => {
  runtime = stillRuntime(now);
  bench = await startBench({ runtime });
  connect = connectOf(bench);
});
afterEach(() => bench.simulator.close());

function point(id: string, territory: string, price: string): string {
  const { tables } = bench.simulator.world.appStoreConnect.prices;
  return pointId(id, territory, tables.code(territory, tables.placeOf(territory, price) ?? -1));
}

function priceBody(id: string, price: string, attributes: Record<string, unknown> = {}, territory = "USA") {
  return {
    data: {
      type: "subscriptionPrices",
      attributes,
      relationships: {
        subscription: { data: { type: "subscriptions", id } },
        territory: { data: { type: "territories", id: territory } },
        subscriptionPricePoint: {
          data: { type: "subscriptionPricePoints", id: point(id, territory, price) },
        },
      },
    },
  };
}

const post = (body: unknown) => connect.write<Instance>("POST", "/v1/subscriptionPrices", body);
const pricesOf = (id: string, territory = "USA") =>
  connect.all(`/v1/subscriptions/${id}/prices?filter[territory]=${territory}`);
const shown = ({ attributes }: Resource) => [attributes.startDate, attributes.preserved];

describe("subscriptions", () => {
  test("are found through the groups of an app", async () => {
    const { body } = await connect.read<Page>(
      "/v1/apps/1480000002/subscriptionGroups?include=subscriptions&limit[subscriptions]=50",
    );
    assert.deepEqual(
      body.data.map(({ attributes }) => attributes.referenceName),
      ["Stillwater Plus"],
    );
    assert.deepEqual(
      body.included?.map(({ attributes }) => attributes.state),
      ["APPROVED", "APPROVED", "READY_TO_SUBMIT"],
    );
    const list = await connect.all("/v1/subscriptionGroups/21500001/subscriptions?limit=2");
    assert.deepEqual(
      list.map(({ id }) => id),
      [yearly, "6730000002", weekly],
    );
    const filter = "filter[productId]=com.example.stillwater.plus.w";
    assert.equal((await connect.all(`/v1/subscriptionGroups/21500001/subscriptions?${filter}`)).length, 1);
    assert.equal(
      (await connect.read("/v1/apps/1480000002/subscriptionGroups?limit[subscriptions]=51")).status,
      400,
    );
  });

  test("say their group and prices when these are included", async () => {
    const { body } = await connect.read<Instance>(`/v1/subscriptions/${yearly}?include=group,prices`);
    assert.deepEqual(body.data.relationships?.group?.data, { type: "subscriptionGroups", id: "21500001" });
    assert.deepEqual(body.data.relationships?.prices?.meta, { paging: { total: 175, limit: 10 } });
    assert.equal((await connect.read("/v1/subscriptions/9999")).status, 404);
  });

  test("have a price in every territory once they are approved", async () => {
    const { body } = await connect.read<Page>(
      `/v1/subscriptions/${yearly}/prices?limit=200&include=territory,subscriptionPricePoint`,
    );
    assert.equal(body.data.length, 175);
    assert.ok(
      body.data.every(({ attributes }) => attributes.startDate === null && attributes.preserved === false),
    );
    const points = body.included?.filter(({ type }) => type === "subscriptionPricePoints") ?? [];
    assert.equal(points.length, 175);
    assert.ok(points.every(({ attributes }) => typeof attributes.proceedsYear2 === "string"));
    assert.equal((await connect.all(`/v1/subscriptions/${weekly}/prices`)).length, 0);
  });
});

describe("a price of an approved subscription", () => {
  test("is scheduled for tomorrow at the earliest", async () => {
    for (const startDate of [undefined, null, "2026-11-30", "2026-11-01"]) {
      const answer = await post(priceBody(yearly, "39.99", startDate === undefined ? {} : { startDate }));
      assert.deepEqual(
        [answer.status, answer.error?.[0], answer.error?.[2]],
        [409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "/data/attributes/startDate"],
      );
    }
    const made = await post(priceBody(yearly, "39.99", { startDate: "2026-12-01" }));
    assert.equal(made.status, 201, made.error?.[1]);
    assert.deepEqual(made.body.data.attributes, { startDate: "2026-12-01", preserved: false });
    assert.deepEqual((await pricesOf(yearly)).map(shown), [
      [null, false],
      ["2026-12-01", false],
    ]);
    assert.equal((await pricesOf(yearly, "DEU")).length, 1);
  });

  test("takes the place of the one before on its day, which is preserved where that was asked for", async () => {
    await post(priceBody(yearly, "39.99", { startDate: "2026-12-02", preserveCurrentPrice: true }));
    await post(priceBody("6730000002", "39.99", { startDate: "2026-12-02", preserveCurrentPrice: false }));
    // Another bench, since the token of the first one is over by then.
    runtime.set(now + 2 * 86_400_000);
    await using later = await startBench({ runtime, world: bench.simulator.world });
    const apple = connectOf(later);
    const list = async (id: string) =>
      (await apple.all(`/v1/subscriptions/${id}/prices?filter[territory]=USA`)).map(shown);
    assert.deepEqual(await list(yearly), [
      [null, true],
      ["2026-12-02", false],
    ]);
    assert.deepEqual(await list("6730000002"), [["2026-12-02", false]]);
  });

  test("is refused when it is the same again, or there is a change on that day", async () => {
    const change = priceBody(yearly, "39.99", { startDate: "2026-12-10" });
    assert.equal((await post(change)).status, 201);
    for (const body of [
      change,
      priceBody(yearly, "39.99", { startDate: "2026-12-20" }),
      priceBody(yearly, "29.99", { startDate: "2026-12-10" }),
    ])
      assert.equal((await post(body)).status, 409);
    assert.equal((await pricesOf(yearly)).length, 2);
  });

  test("is refused for a point of another item or territory, and for a flag that is none", async () => {
    const other = priceBody(yearly, "39.99", { startDate: "2026-12-10" });
    other.data.relationships.subscriptionPricePoint.data.id = point("6730000002", "USA", "39.99");
    assert.equal((await post(other)).error?.[0], "ENTITY_ERROR.NOT_FOUND");
    const elsewhere = priceBody(yearly, "39.99", { startDate: "2026-12-10" });
    elsewhere.data.relationships.territory.data.id = "DEU";
    assert.equal((await post(elsewhere)).error?.[0], "ENTITY_ERROR.RELATIONSHIP.INVALID");
    const flag = { startDate: "2026-12-10", preserveCurrentPrice: "yes" };
    assert.equal((await post(priceBody(yearly, "39.99", flag))).error?.[0], "ENTITY_ERROR.ATTRIBUTE.TYPE");
    const end = { startDate: "2026-12-10", endDate: "2026-12-20" };
    assert.equal((await post(priceBody(yearly, "39.99", end))).error?.[0], "ENTITY_ERROR.UNKNOWN");
  });

  test("can be deleted while it is in the future", async () => {
    await post(priceBody(yearly, "39.99", { startDate: "2026-12-10" }));
    const [present, change] = await pricesOf(yearly);
    const remove = (id = "") => connect.write("DELETE", `/v1/subscriptionPrices/${id}`, undefined);
    assert.equal((await remove(present?.id)).status, 409);
    assert.equal((await remove(change?.id)).status, 204);
    assert.equal((await remove(change?.id)).status, 404);
    assert.equal((await remove("nothing")).status, 404);
    assert.equal((await pricesOf(yearly)).length, 1);
  });
});

describe("the first prices of a subscription", () => {
  const patch = (territories: readonly (readonly [string, string])[]) => ({
    data: {
      type: "subscriptions",
      id: weekly,
      relationships: {
        prices: {
          data: territories.map((_, index) => ({ type: "subscriptionPrices", id: `\${p${index}}` })),
        },
      },
    },
    included: territories.map(([territory, price], index) => ({
      type: "subscriptionPrices",
      id: `\${p${index}}`,
      attributes: { startDate: null, preserveCurrentPrice: null },
      relationships: priceBody(weekly, price, {}, territory).data.relationships,
    })),
  });
  const change = (body: unknown) => connect.write("PATCH", `/v1/subscriptions/${weekly}`, body);

  test("can not be set by a POST", async () => {
    const answer = await post(priceBody(weekly, "1.99"));
    assert.deepEqual([answer.status, answer.error?.[0]], [500, "UNEXPECTED_ERROR"]);
  });

  test("are set by a PATCH, and by a POST from then on", async () => {
    assert.equal(
      (
        await change(
          patch([
            ["USA", "1.99"],
            ["DEU", "2.29"],
          ]),
        )
      ).status,
      200,
    );
    assert.deepEqual((await connect.all(`/v1/subscriptions/${weekly}/prices`)).length, 2);
    assert.equal((await post(priceBody(weekly, "2.99"))).status, 201);
    assert.deepEqual((await pricesOf(weekly)).map(shown), [[null, false]]);
    assert.equal(bench.simulator.world.appStoreConnect.prices.writes.get(weekly), 2);
  });

  test("are all set or none", async () => {
    const twice = patch([
      ["USA", "1.99"],
      ["USA", "2.99"],
    ]);
    const name = { name: "x".repeat(65) };
    const long = patch([["USA", "1.99"]]);
    const wrong = { ...long, data: { ...long.data, attributes: name } };
    for (const body of [twice, wrong]) assert.equal((await change(body)).status, 409);
    assert.equal((await connect.all(`/v1/subscriptions/${weekly}/prices`)).length, 0);
  });
});
