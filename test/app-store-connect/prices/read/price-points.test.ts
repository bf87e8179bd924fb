import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PricedProduct } from "../../../../functions/app-store-connect/prices/model.ts";
import {
  decodePointId,
  encodePointId,
  readCurrencies,
  readEqualizations,
  readPricePoints,
  readSchedule,
} from "../../../../functions/app-store-connect/prices/read/index.ts";
import { RelayError } from "../../../../functions/errors.ts";
import { createClient } from "../../../../functions/upstream/client.ts";
import { openConnections } from "../../../../functions/upstream/transport.ts";
import { appItself, entries, purchaseNumber, type Reading, startReading } from "./support.ts";

const pointsOf = (id: string) => `/v2/inAppPurchases/${id}/pricePoints`;
const bad = (error: unknown) => error instanceof RelayError && error.code === "bad_upstream_response";

/** Apple's own list for an item, past everything that is shared. */
async function own(reading: Reading, product: PricedProduct, territory: string) {
  const points = await readPricePoints(await reading.open(), product, territory, [], { own: true });
  reading.asked();
  return points;
}

describe("Price points", () => {
  it("of 50 items come from one look-up a territory, with the IDs that Apple gives each", async () => {
    await using reading = await startReading();
    for (let number = 1; number <= 50; number += 1) {
      const reader = await reading.open();
      for (const territory of ["USA", "JPN"]) {
        const points = await readPricePoints(reader, purchaseNumber(number), territory);
        assert.ok(points.length > 100);
      }
    }
    assert.deepEqual(reading.asked(), [pointsOf("6700000001"), pointsOf("6700000001")]);
    const shared = await readPricePoints(await reading.open(), purchaseNumber(50), "JPN");
    assert.deepEqual(reading.asked(), []);
    assert.deepEqual(shared, await own(reading, purchaseNumber(50), "JPN"));
  });

  it("that many ask for at once are looked up once", async () => {
    await using reading = await startReading();
    const reader = await reading.open();
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) => readPricePoints(reader, purchaseNumber(index + 1), "USA")),
    );
    assert.equal(reading.asked().length, 1);
    assert.deepEqual(
      all.map(([point]) => decodePointId(point?.id ?? "")?.s),
      all.map((_, index) => purchaseNumber(index + 1).id),
    );
  });

  it("of an app go over Apple's pages of 200, and are none of an in-app purchase", async () => {
    await using reading = await startReading();
    const points = await readPricePoints(await reading.open(), appItself("1480000002"), "USA");
    const pages = reading.asked();
    assert.equal(pages.length, Math.ceil(points.length / 200));
    assert.deepEqual([...new Set(pages)], ["/v1/apps/1480000002/appPricePoints"]);
    await readPricePoints(await reading.open(), purchaseNumber(1), "USA");
    assert.equal(reading.asked().length, 1);
  });

  it("are looked up for each credential", async () => {
    await using reading = await startReading();
    for (const credential of ["demo-team", "demo-individual", "demo-team"]) {
      await readPricePoints(await reading.open(credential), purchaseNumber(1), "USA");
    }
    assert.equal(reading.asked().length, 2);
  });

  it("are asked for by territory, and for no more than is used", async () => {
    await using reading = await startReading();
    const points = await readPricePoints(await reading.open(), purchaseNumber(1), "JPN");
    const [url] = reading.urls();
    assert.deepEqual(Object.fromEntries(url?.searchParams ?? []), {
      include: "territory",
      "fields[inAppPurchasePricePoints]": "customerPrice,territory",
      "fields[territories]": "currency",
      "filter[territory]": "JPN",
      limit: "8000",
    });
    assert.deepEqual(points[0], {
      id: encodePointId({ s: "6700000001", t: "JPN", p: "10078" }),
      price: "0",
    });
  });

  it("of an item whose codes are others are looked up for it alone", async () => {
    await using reading = await startReading();
    reading.set("6700000002", { codeShift: 7 });
    const reader = await reading.open();
    await readPricePoints(reader, purchaseNumber(1), "USA");
    const schedule = await readSchedule(reader, purchaseNumber(2));
    const stated = schedule?.manual.get("USA")?.map(({ point }) => point) ?? [];
    reading.asked();
    const points = await readPricePoints(reader, purchaseNumber(2), "USA", stated);
    assert.deepEqual(reading.asked(), [pointsOf("6700000002")]);
    assert.equal(points.find(({ id }) => id === stated[0]?.id)?.price, "1.99");
    // Once seen, its other territories are not built from others' codes either, stated or not.
    const own = await readPricePoints(reader, purchaseNumber(2), "JPN");
    assert.equal(decodePointId(own[0]?.id ?? "")?.p, "10085");
    await readPricePoints(reader, purchaseNumber(2), "JPN");
    assert.deepEqual(reading.asked(), [pointsOf("6700000002")]);
  });

  it("of an item that fits stay those of the look-up, its amounts written in another way or not at all", async () => {
    await using reading = await startReading();
    const reader = await reading.open();
    const [, point] = await readPricePoints(reader, purchaseNumber(1), "USA");
    assert.ok(point);
    const id = point.id;
    reading.asked();
    for (const price of [point.price, `${point.price}0`, ""]) {
      await readPricePoints(reader, purchaseNumber(1), "USA", [{ id, price }]);
    }
    assert.deepEqual(reading.asked(), []);
    await readPricePoints(reader, purchaseNumber(1), "USA", [{ id, price: "123.45" }]);
    assert.equal(reading.asked().length, 1);
  });

  it("with IDs that do not decode serve their own item alone", async () => {
    await using reading = await startReading();
    for (const number of [1, 2, 3]) reading.set(purchaseNumber(number).id, { opaqueIds: true });
    const reader = await reading.open();
    const [first] = await readPricePoints(reader, purchaseNumber(1), "USA");
    const [second] = await readPricePoints(reader, purchaseNumber(2), "USA");
    await readPricePoints(reader, purchaseNumber(1), "USA");
    await readPricePoints(reader, purchaseNumber(2), "USA");
    assert.deepEqual(reading.asked(), [pointsOf("6700000001"), pointsOf("6700000002")]);
    assert.notEqual(first?.id, second?.id);
    // One that decodes among them is not harmed by what is shared.
    const [fourth] = await readPricePoints(reader, purchaseNumber(4), "USA");
    assert.deepEqual(decodePointId(fourth?.id ?? ""), { s: "6700000004", t: "USA", p: "10000" });
  });

  it("of an item with opaque IDs among others are looked up for it alone", async () => {
    await using reading = await startReading();
    reading.set("6700000002", { opaqueIds: true });
    const reader = await reading.open();
    await readPricePoints(reader, purchaseNumber(1), "USA");
    const schedule = await readSchedule(reader, purchaseNumber(2));
    const stated = schedule?.manual.get("USA")?.map(({ point }) => point) ?? [];
    const points = await readPricePoints(reader, purchaseNumber(2), "USA", stated);
    assert.ok(stated[0] && points.some(({ id }) => id === stated[0]?.id));
  });

  it("that Apple's answer does not hold all of are an error, and nothing of it is kept", async () => {
    await using reading = await startReading();
    const reader = await reading.open();
    reading.relay.simulator.faults.add({
      path: "*/appPricePoints",
      fault: { kind: "fields", remove: ["links"] },
    });
    await assert.rejects(readPricePoints(reader, appItself("1480000002"), "USA"), bad);
    assert.ok((await readPricePoints(reader, appItself("1480000002"), "USA")).length > 200);
  });

  it("of a territory that Apple does not have are none", async () => {
    await using reading = await startReading();
    assert.deepEqual(await readPricePoints(await reading.open(), purchaseNumber(1), "XXX"), []);
  });
});

describe("Equalizations", () => {
  const point = (number: number, p = "10101") => ({
    id: encodePointId({ s: purchaseNumber(number).id, t: "USA", p }),
    price: "7.99",
  });

  it("of 50 items with the same price come from one look-up, with the IDs that Apple gives each", async () => {
    await using reading = await startReading();
    for (let number = 1; number <= 50; number += 1) {
      const all = await readEqualizations(await reading.open(), purchaseNumber(number), point(number));
      assert.equal(all.size, 174);
      assert.equal(all.get("USA"), undefined);
    }
    assert.equal(reading.asked().length, 1);
    const reader = await reading.open();
    const shared = await readEqualizations(reader, purchaseNumber(50), point(50));
    const own = await readEqualizations(reader, purchaseNumber(50), point(50), { own: true });
    assert.equal(reading.asked().length, 1);
    assert.deepEqual(entries(shared), entries(own));
  });

  it("are others for other prices, for apps, and for codes that mean other amounts", async () => {
    await using reading = await startReading();
    const reader = await reading.open();
    reading.set("6700000002", { codeShift: 7 });
    await readEqualizations(reader, purchaseNumber(1), point(1));
    await readEqualizations(reader, purchaseNumber(1), { ...point(1, "10127"), price: "9.99" });
    await readEqualizations(reader, purchaseNumber(2), { ...point(2), price: "7.69" });
    const app = { id: encodePointId({ s: "1480000002", t: "USA", p: "10101" }), price: "7.99" };
    await readEqualizations(reader, appItself("1480000002"), app);
    assert.deepEqual(
      reading.asked().map((path) => path.split("/").slice(1, 3).join("/")),
      [
        "v1/inAppPurchasePricePoints",
        "v1/inAppPurchasePricePoints",
        "v1/inAppPurchasePricePoints",
        "v3/appPricePoints",
      ],
    );
  });

  it("of opaque IDs are Apple's own", async () => {
    await using reading = await startReading();
    reading.set("6700000002", { opaqueIds: true });
    const reader = await reading.open();
    const schedule = await readSchedule(reader, purchaseNumber(2));
    const base = schedule?.manual.get("USA")?.[0]?.point ?? assert.fail();
    reading.asked();
    const all = await readEqualizations(reader, purchaseNumber(2), base);
    await readEqualizations(reader, purchaseNumber(2), base);
    assert.equal(reading.asked().length, 1);
    assert.equal(decodePointId(all.get("JPN")?.id ?? ""), undefined);
    assert.match(all.get("JPN")?.price ?? "", /^\d+$/);
  });

  it("that come 50 at a time are read to the last of 174", async () => {
    const client = createClient(openConnections());
    await using reading = await startReading({
      client: (attempt, ...rest) =>
        client({ ...attempt, url: attempt.url.replace("limit=8000", "limit=50") }, ...rest),
    });
    const all = await readEqualizations(await reading.open(), purchaseNumber(1), point(1));
    assert.equal(reading.asked().length, 4);
    assert.equal(all.size, 174);
    // Cut after the first page.
    reading.relay.simulator.faults.add({ fault: { kind: "fields", remove: ["links"] } });
    await assert.rejects(readEqualizations(await reading.open(), purchaseNumber(2), point(2, "10127")), bad);
  });

  for (const [what, fault] of [
    ["are fewer than Apple says", { kind: "fields", replace: { total: 175 } }],
    ["are none", { kind: "fields", replace: { data: [], total: 0 } }],
    [
      "name one territory only",
      { kind: "fields", replace: { territory: { data: { type: "territories", id: "JPN" } } } },
    ],
  ] as const) {
    it(`that ${what} are an error`, async () => {
      await using reading = await startReading();
      reading.relay.simulator.faults.add({ fault });
      await assert.rejects(readEqualizations(await reading.open(), purchaseNumber(1), point(1)), bad);
    });
  }
});

describe("Currencies", () => {
  it("of all territories are read once", async () => {
    await using reading = await startReading();
    const currencies = await readCurrencies(await reading.open());
    assert.deepEqual([currencies.size, currencies.get("JPN"), currencies.get("DEU")], [175, "JPY", "EUR"]);
    assert.equal(await readCurrencies(await reading.open()), currencies);
    assert.deepEqual(reading.asked(), ["/v1/territories"]);
  });
});
