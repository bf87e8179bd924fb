import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setItem, shareAmount } from "../../local/simulator/index.ts";
import { connectOf, decoded, type Instance, type Page, pointId, type Resource } from "./prices-support.ts";
import { startBench, type TestBench } from "./support.ts";

let bench: TestBench;
let connect: ReturnType<typeof connectOf>;

before(async () => {
  bench = await startBench();
  connect = connectOf(bench);
});
after(() => bench.simulator.close());

const priceOf = ({ attributes }: Resource) => String(attributes.customerPrice);
const territoryOf = ({ id }: Resource) => String(decoded(id).t);

const lists = {
  app: "/v1/apps/1480000002/appPricePoints",
  "in-app purchase": "/v2/inAppPurchases/6710000002/pricePoints",
  subscription: "/v1/subscriptions/6730000001/pricePoints",
};

describe("price points", () => {
  for (const [kind, list] of Object.entries(lists)) {
    test(`of an ${kind} have the codes of the United States that are known`, async () => {
      const points = await connect.all(`${list}?filter[territory]=USA&limit=200`);
      const codes = new Map(points.map((point) => [priceOf(point), String(decoded(point.id).p)]));
      const known = { "0.00": 10000, "7.99": 10101, "9.99": 10127, "13.99": 10147, "15.99": 10157 };
      for (const [price, code] of Object.entries({ ...known, "17.99": 10167, "19.99": 10177 }))
        assert.equal(codes.get(price), String(code), price);
      assert.ok(points.length > 850 && points.length < 950);
      const amounts = points.map((point) => Number(priceOf(point)));
      assert.deepEqual(
        amounts,
        amounts.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(points.map(({ id }) => id)).size, points.length);
    });
  }

  test("have other codes for a price in another territory, and no decimals where the currency has none", async () => {
    const points = async (territory: string) =>
      connect.all(`${lists["in-app purchase"]}?filter[territory]=${territory}&limit=8000`);
    const codeOf = (list: readonly Resource[], price: string) =>
      decoded(list.find((point) => priceOf(point) === price)?.id ?? "").p;
    const [germany, france, canada] = [await points("DEU"), await points("FRA"), await points("CAN")];
    const codes = [germany, france, canada].map((list) => codeOf(list, "7.99"));
    assert.equal(new Set([...codes, "10101"]).size, 4);
    for (const point of await points("JPN")) assert.match(priceOf(point), /^\d+$/);
    for (const point of germany) assert.match(priceOf(point), /^\d+\.\d\d$/);
  });

  test("page through every territory without a filter", async () => {
    const list = lists["in-app purchase"];
    const sizes: number[] = [];
    const seen = new Set<string>();
    const first = await connect.read<Page>(`${list}?limit=8000`);
    const { total } = first.body.meta.paging;
    assert.ok(total > 140_000);
    let page: Page | undefined = first.body;
    while (page !== undefined) {
      sizes.push(page.data.length);
      for (const { id } of page.data) seen.add(id);
      page = page.links.next === undefined ? undefined : (await connect.read<Page>(page.links.next)).body;
    }
    assert.equal(seen.size, total);
    assert.equal(sizes.length, Math.ceil(total / 8_000));
  });

  test("include their territory, and take a list of them", async () => {
    const { body } = await connect.read<Page>(
      `${lists.app}?filter[territory]=GBR,USA&include=territory&limit=1&fields[appPricePoints]=customerPrice,territory`,
    );
    assert.deepEqual(body.data[0]?.attributes, { customerPrice: "0.00" });
    assert.deepEqual(body.data[0]?.relationships, {
      territory: { data: { type: "territories", id: "GBR" } },
    });
    assert.deepEqual(body.included?.[0]?.attributes, { currency: "GBP" });
    assert.equal((await connect.all(`${lists.app}?filter[territory]=XXX`)).length, 0);
  });

  test("take the limits and parameters of Apple's file only", async () => {
    for (const [kind, list] of Object.entries(lists)) {
      const most = kind === "app" ? 200 : 8_000;
      assert.equal((await connect.read(`${list}?filter[territory]=USA&limit=${most}`)).status, 200);
      assert.equal((await connect.read(`${list}?limit=${most + 1}`)).status, 400);
      assert.equal((await connect.read(`${list}?sort=customerPrice`)).status, 400);
    }
    assert.equal((await connect.read("/v2/inAppPurchases/9999/pricePoints")).status, 404);
    assert.equal((await connect.read("/v1/inAppPurchasePricePoints/x")).status, 404);
  });
});

describe("equalizations", () => {
  const nine = pointId("6710000002", "USA", 10127);

  test("give every other territory once, and never the base", async () => {
    const target = `/v1/inAppPurchasePricePoints/${nine}/equalizations`;
    const { body } = await connect.read<Page>(target);
    assert.equal(body.data.length, 50);
    assert.deepEqual(body.meta.paging.total, 174);
    const all = await connect.all(`${target}?limit=8000`);
    assert.equal(new Set(all.map(territoryOf)).size, 174);
    assert.ok(!all.some((point) => territoryOf(point) === "USA"));
    const [germany] = await connect.all(`${target}?filter[territory]=DEU`);
    assert.ok(germany !== undefined && Number(priceOf(germany)) > 9.99);
    assert.equal((await connect.all(`${target}?filter[territory]=USA`)).length, 0);
  });

  test("are points of the same item, which its list has at the same amount", async () => {
    const [equal] = await connect.all(
      `/v1/inAppPurchasePricePoints/${nine}/equalizations?filter[territory]=JPN`,
    );
    const japan = await connect.all(
      "/v2/inAppPurchases/6710000002/pricePoints?filter[territory]=JPN&limit=8000",
    );
    assert.deepEqual(japan.find(({ id }) => id === equal?.id)?.attributes, equal?.attributes);
  });

  test("keep free free", async () => {
    const free = pointId("1480000002", "USA", 10000);
    for (const point of await connect.all(`/v3/appPricePoints/${free}/equalizations?limit=200`))
      assert.equal(Number(priceOf(point)), 0);
  });

  test("take another base, and another item where Apple has a filter for it", async () => {
    const [germany] = await connect.all(
      "/v1/subscriptions/6730000001/pricePoints?filter[territory]=DEU&limit=1",
    );
    const target = `/v1/subscriptionPricePoints/${germany?.id}`;
    assert.equal((await connect.read<Instance>(target)).body.data.attributes.customerPrice, "0.00");
    const others = await connect.all(`${target}/equalizations?limit=8000&filter[subscription]=6730000002`);
    assert.ok(!others.some((point) => territoryOf(point) === "DEU"));
    assert.deepEqual([...new Set(others.map(({ id }) => decoded(id).s))], ["6730000002"]);
    assert.equal((await connect.read(`${target}/equalizations?filter[subscription]=1`)).status, 400);
  });

  test("exist for no made-up point", async () => {
    const wrong = [
      pointId("6710000002", "USA", 19999),
      pointId("6710000002", "XXX", 10127),
      pointId("9999", "USA", 10127),
      pointId("1480000002", "USA", 10127),
      `${nine}A`,
      "not-a-point",
    ];
    for (const id of wrong)
      assert.equal((await connect.read(`/v1/inAppPurchasePricePoints/${id}/equalizations`)).status, 404, id);
  });
});

describe("the world's knobs", () => {
  test("shift an item's codes, conceal its ids, and let two points share an amount", async () => {
    await using own = await startBench();
    const { prices } = own.simulator.world.appStoreConnect;
    const apple = connectOf(own);
    setItem(prices, "6710000001", { codeShift: 7 });
    setItem(prices, "6710000002", { opaqueIds: true });
    shareAmount(prices, "MEX", "199.80");
    const find = async (id: string, territory: string, price: string) => {
      const points = await apple.all(
        `/v2/inAppPurchases/${id}/pricePoints?filter[territory]=${territory}&limit=8000`,
      );
      return points.filter((point) => priceOf(point) === price);
    };
    const [shifted] = await find("6710000001", "USA", "9.99");
    assert.equal(decoded(shifted?.id ?? "").p, "10134");
    const [opaque] = await find("6710000002", "USA", "9.99");
    assert.throws(() => decoded(opaque?.id ?? ""));
    const target = `/v1/inAppPurchasePricePoints/${opaque?.id}/equalizations`;
    assert.equal((await apple.all(`${target}?limit=8000`)).length, 174);
    assert.equal(
      (await apple.read(`/v1/inAppPurchasePricePoints/${pointId("6710000002", "USA", 10127)}/equalizations`))
        .status,
      404,
    );
    const twins = await find("6710000003", "MEX", "199.80");
    assert.equal(new Set(twins.map(({ id }) => id)).size, 2);
    for (const { id } of twins)
      assert.equal((await apple.read(`/v1/inAppPurchasePricePoints/${id}/equalizations`)).status, 200);
  });

  test("forbid an item's prices", async () => {
    await using own = await startBench();
    setItem(own.simulator.world.appStoreConnect.prices, "6710000001", { foreign: true });
    const apple = connectOf(own);
    for (const target of [
      "/v2/inAppPurchases/6710000001/pricePoints",
      "/v2/inAppPurchases/6710000001/iapPriceSchedule",
    ])
      assert.equal((await apple.read(target)).status, 403);
  });
});
