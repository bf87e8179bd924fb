import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addDays, pacificDay } from "../../functions/app-store-connect/prices/timeline/index.ts";
import { setItem } from "../../local/simulator/world/prices/state.ts";
import { setSubscriptionPrices } from "../../local/simulator/world/prices/subscriptions.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

const today = () => pacificDay(Date.now());

interface Row {
  territory: string;
  price: string;
  [name: string]: unknown;
}

function answered({ status, json, error }: Answer): Record<string, unknown> & {
  prices: Row[];
  current: Row[];
  value: Row[];
} {
  assert.equal(status, 200, JSON.stringify(error));
  return Object(json);
}

const of = (rows: readonly Row[], territory: string) => rows.filter((row) => row.territory === territory);
const app = "com.example.harborkings";

/** What both take: a product and where its prices are. */
const pricesOf = async (relay: Relay, input: Record<string, string>) =>
  answered(await relay.call("GetPrices", { input }));

describe("GetPrices", () => {
  it("answers every price in every territory, and those of today", async () => {
    await using relay = await startRelay();
    const { prices, current, ...facts } = await pricesOf(relay, {
      app,
      product: "com.example.harborkings.gems.2",
    });
    assert.deepEqual(facts, {
      app: { id: "1480000001", bundleId: app, name: "Harbor Kings" },
      product: {
        kind: "in-app-purchase",
        id: "6700000002",
        productId: "com.example.harborkings.gems.2",
        name: "100 Gems",
        type: "CONSUMABLE",
        state: "APPROVED",
      },
      baseTerritory: "USA",
      today: today(),
    });
    assert.equal(prices.length, 175);
    assert.deepEqual(current, prices);
    assert.deepEqual(prices[0], {
      territory: "USA",
      price: "1.99",
      currency: "USD",
      manual: true,
      inForce: true,
    });
    assert.deepEqual(of(prices, "JPN"), [
      { territory: "JPN", price: "298", currency: "JPY", manual: true, inForce: true },
    ]);
    assert.deepEqual(of(prices, "CAN"), [
      { territory: "CAN", price: "2.89", currency: "CAD", manual: false, inForce: true },
    ]);
  });

  it("tells what is in force from what is scheduled", async () => {
    await using relay = await startRelay();
    const [start, end] = [addDays(today(), 10), addDays(today(), 17)];
    const { prices, current } = await pricesOf(relay, { app, product: "6700000003" });
    assert.deepEqual(
      prices
        .slice(0, 3)
        .map(({ price, startDate, endDate, inForce }) => [price, startDate, endDate, inForce]),
      [
        ["2.99", undefined, start, true],
        ["1.99", start, end, false],
        ["2.99", end, undefined, false],
      ],
    );
    assert.equal(current.length, 175);
    assert.deepEqual(
      of(prices, "DEU").map(({ inForce }) => inForce),
      [true, false, false],
    );
  });

  it("answers a manual price that ends, and the automatic one after it", async () => {
    await using relay = await startRelay();
    const start = addDays(today(), 10);
    const { prices, current, baseTerritory } = await pricesOf(relay, { app, product: "6700000004" });
    assert.equal(baseTerritory, "DEU");
    assert.equal(prices[0]?.territory, "DEU");
    const [manual, automatic, ...others] = of(prices, "USA");
    assert.deepEqual(others, []);
    assert.deepEqual(
      [manual?.price, manual?.endDate, manual?.manual, manual?.inForce],
      ["4.49", start, true, true],
    );
    assert.deepEqual([automatic?.startDate, automatic?.manual, automatic?.inForce], [start, false, false]);
    assert.deepEqual(of(current, "USA"), [manual]);
  });

  it("takes one price a territory for that of today, were the automatic one listed beside a manual one", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({
      path: "*/automaticPrices",
      times: Infinity,
      fault: { kind: "fields", replace: { startDate: null } },
    });
    const { current } = await pricesOf(relay, { app, product: "6700000004" });
    assert.deepEqual(
      of(current, "USA").map(({ price, manual }) => [price, manual]),
      [["4.49", true]],
    );
  });

  it("of an app is the app's own, and is empty where there is no schedule", async () => {
    await using relay = await startRelay();
    const stillwater = await pricesOf(relay, { app: "1480000002" });
    assert.deepEqual(of(stillwater.prices, "GBR"), [
      { territory: "GBR", price: "3.99", currency: "GBP", manual: true, inForce: true },
    ]);
    assert.deepEqual(stillwater.product, { kind: "app", id: "1480000002", name: "Stillwater: Meditation" });
    const stickers = await pricesOf(relay, { app: "1480000003" });
    assert.deepEqual([stickers.prices, stickers.current, stickers.baseTerritory], [[], [], undefined]);
  });

  it("of a subscription tells preserved and scheduled prices from that of today", async () => {
    await using relay = await startRelay();
    const { prices: state } = relay.simulator.world.appStoreConnect;
    const [past, soon] = [addDays(today(), -30), addDays(today(), 5)];
    const place = (price: string) => state.tables.placeOf("USA", price) ?? assert.fail();
    setSubscriptionPrices(state, "6730000001", "USA", [
      { place: place("29.90"), startDate: null, preservesCurrent: false },
      { place: place("39.90"), startDate: past, preservesCurrent: true },
      { place: place("49.90"), startDate: soon, preservesCurrent: false },
    ]);
    const { prices, current, baseTerritory } = await pricesOf(relay, {
      app: "1480000002",
      product: "com.example.stillwater.plus.yearly",
    });
    assert.equal(baseTerritory, undefined);
    assert.deepEqual(
      of(prices, "USA").map(({ price, startDate, endDate, preserved, inForce }) => ({
        price,
        startDate,
        endDate,
        preserved,
        inForce,
      })),
      [
        { price: "39.90", startDate: past, endDate: soon, preserved: false, inForce: true },
        { price: "49.90", startDate: soon, endDate: undefined, preserved: false, inForce: false },
        { price: "29.90", startDate: undefined, endDate: undefined, preserved: true, inForce: false },
      ],
    );
    assert.equal(current.length, 175);
  });

  it("reads whole what goes over pages, or refuses", async () => {
    await using relay = await startRelay();
    const { prices } = await pricesOf(relay, { app, product: "6700000240" });
    assert.equal(prices.filter(({ manual }) => manual).length, 240);
    assert.equal(new Set(prices.map(({ territory }) => territory)).size, 175);
    for (const path of ["*/manualPrices", "*/automaticPrices"]) {
      const fault = { kind: "fields", replace: { paging: { total: 9_999, limit: 200 } } } as const;
      relay.simulator.faults.add({ path, fault, times: Infinity });
      const { status, error } = await relay.call("GetPrices", { input: { app, product: "6700000240" } });
      assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
      relay.simulator.faults.clear();
    }
  });
});

describe("What does not name one product", () => {
  const calls: readonly [operation: string, territory: boolean][] = [
    ["GetPrices", false],
    ["ListPricePoints", true],
    ["LookUpPrices", true],
  ];
  for (const [operation, territory] of calls) {
    it(`is 404 of App Store Connect or 400, with the field: ${operation}`, async () => {
      await using relay = await startRelay();
      const call = async (input: Record<string, string>) => {
        const { status, error } = await relay.call(operation, {
          input: { ...input, ...(territory && { territory: "USA" }) },
        });
        return [status, error?.code, error?.source, error?.details?.map(({ field }) => field)];
      };
      assert.deepEqual(await call({ app: "com.example.none" }), [
        404,
        "not_found",
        "app-store-connect",
        ["app"],
      ]);
      assert.deepEqual(await call({ app, product: "none" }), [
        404,
        "not_found",
        "app-store-connect",
        ["product"],
      ]);
      const { resources } = relay.simulator.world.appStoreConnect;
      const club = resources.get("subscriptions", "6731000001") ?? assert.fail();
      Object.assign(club.attributes, { productId: "6700000002" });
      assert.deepEqual(await call({ app, product: "6700000002" }), [
        400,
        "invalid_input",
        "relay",
        ["product"],
      ]);
      relay.simulator.requests.length = 0;
      assert.deepEqual(await call({ app: "com/example", product: "a b" }), [
        400,
        "invalid_input",
        "relay",
        ["app", "product"],
      ]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});

describe("ListPricePoints", () => {
  it("lists what Apple offers, with proceeds, in the base territory unless one is named", async () => {
    await using relay = await startRelay();
    const list = async (input: Record<string, string>) =>
      answered(await relay.call("ListPricePoints", { input: { limit: 3, ...input } })).value;
    const [free, cheapest] = await list({ app, product: "6700000002" });
    assert.deepEqual(free, {
      id: "eyJzIjoiNjcwMDAwMDAwMiIsInQiOiJVU0EiLCJwIjoiMTAwMDAifQ",
      price: "0.00",
      currency: "USD",
      territory: "USA",
      proceeds: "0.00",
    });
    assert.deepEqual([cheapest?.price, cheapest?.currency], ["0.29", "USD"]);
    const [, yen] = await list({ app, product: "6700000002", territory: "JPN" });
    assert.deepEqual([yen?.currency, yen?.territory], ["JPY", "JPN"]);
    const plus = { app: "1480000002", product: "com.example.stillwater.plus.yearly" };
    const [, yearly] = await list({ ...plus, territory: "USA" });
    assert.ok(yearly?.proceedsYear2 !== undefined);
  });

  it("needs the territory where there is no base: of a subscription, and without a schedule", async () => {
    await using relay = await startRelay();
    for (const [input, status, code] of [
      [{ app: "1480000002", product: "com.example.stillwater.plus.yearly" }, 400, "invalid_input"],
      [{ app: "1480000003" }, 422, "rejected"],
    ] as const) {
      for (const operation of ["ListPricePoints", "LookUpPrices"]) {
        const answer = await relay.call(operation, { input });
        assert.deepEqual([answer.status, answer.error?.code], [status, code]);
        assert.deepEqual(
          answer.error?.details?.map(({ field }) => field),
          ["territory"],
        );
      }
    }
  });
});

describe("Dropdowns of prices", () => {
  it("offer amounts with their currency, the smallest first, each once", async () => {
    await using relay = await startRelay();
    const { value } = answered(
      await relay.call("LookUpPrices", { input: { app, product: "6700000001", territory: "USA" } }),
    );
    assert.ok(value.some(({ id, title }) => id === "4.99" && title === "USD 4.99"));
    const amounts = value.map(({ id }) => Number(id));
    assert.deepEqual(
      amounts,
      [...new Set(amounts)].sort((a, b) => a - b),
    );
  });

  it("offer the amounts that a price for * is named in", async () => {
    await using relay = await startRelay();
    const titles = async (input: Readonly<Record<string, unknown>>) =>
      answered(await relay.call("LookUpPrices", { input })).value.map(({ title }) => title);
    const product = { app, product: "6700000001" };
    assert.deepEqual(await titles({ ...product, territory: "*" }), await titles(product));
    const plus = { app: "1480000002", product: "com.example.stillwater.plus.yearly" };
    assert.deepEqual(await titles({ ...plus, territory: "*" }), await titles({ ...plus, territory: "USA" }));
  });

  it("share what they read with the next call", async () => {
    await using relay = await startRelay();
    const input = { app, product: "6700000001", territory: "USA" };
    await relay.call("LookUpPrices", { input });
    relay.simulator.requests.length = 0;
    await relay.call("LookUpPrices", { input: { ...input, product: "6700000002" } });
    assert.ok(relay.simulator.requests.every(({ url }) => !/pricePoints|territories/.test(url)));
  });

  it("offer in-app purchases and subscriptions by name and product ID", async () => {
    await using relay = await startRelay();
    const { value } = answered(await relay.call("LookUpProducts", { input: { app: "1480000002" } }));
    assert.ok(
      value.some(
        ({ id, title }) =>
          id === "com.example.stillwater.plus.monthly" &&
          title === "Plus, monthly (com.example.stillwater.plus.monthly)",
      ),
    );
    assert.ok(value.some(({ id }) => id === "com.example.stillwater.rain.sounds"));
    const all = answered(await relay.call("LookUpProducts", { input: { app } })).value;
    assert.equal(all.length, 241);
  });
});

describe("ListSubscriptions", () => {
  const input = { appId: "1480000002" };

  it("answers flat subscriptions with their groups", async () => {
    await using relay = await startRelay();
    const { value, totalCount } = answered(
      await relay.call("ListSubscriptions", { input: { ...input, limit: 1 } }),
    );
    assert.deepEqual(value, [
      {
        id: "6730000001",
        name: "Plus, yearly",
        productId: "com.example.stillwater.plus.yearly",
        state: "APPROVED",
        subscriptionPeriod: "ONE_YEAR",
        groupLevel: 1,
        familySharable: false,
        subscriptionGroupId: "21500001",
        subscriptionGroupName: "Stillwater Plus",
      },
    ]);
    assert.equal(totalCount, 3);
    assert.equal(relay.simulator.requests.length, 1);
  });

  it("filters exactly by product ID, name, state and group", async () => {
    await using relay = await startRelay();
    const count = async (filters: Record<string, string>) =>
      answered(await relay.call("ListSubscriptions", { input: { ...input, ...filters } })).value.length;
    assert.equal(await count({ productId: "com.example.stillwater.plus.weekly" }), 1);
    assert.equal(await count({ productId: "com.example.stillwater.plus" }), 0);
    assert.equal(await count({ name: "Plus, monthly" }), 1);
    assert.equal(await count({ state: "APPROVED" }), 2);
    assert.equal(await count({ subscriptionGroupName: "Stillwater Plus" }), 3);
    assert.equal(await count({ subscriptionGroupName: "stillwater plus" }), 0);
  });
});

describe("Prices that a key has no right to", () => {
  it("are 403 upstream_forbidden", async () => {
    await using relay = await startRelay();
    setItem(relay.simulator.world.appStoreConnect.prices, "6700000002", { foreign: true });
    const { status, error } = await relay.call("GetPrices", { input: { app, product: "6700000002" } });
    assert.deepEqual([status, error?.code], [403, "upstream_forbidden"]);
  });
});
