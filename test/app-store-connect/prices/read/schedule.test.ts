import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PriceSchedule } from "../../../../functions/app-store-connect/prices/model.ts";
import {
  decodePointId,
  readAutomaticPrices,
  readSchedule,
  readScheduleAgain,
} from "../../../../functions/app-store-connect/prices/read/index.ts";
import {
  addDays,
  pacificDay,
  sameSchedule,
} from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { RelayError } from "../../../../functions/errors.ts";
import { makeSchedule, wideSchedule } from "../../../../local/simulator/world/prices/fill.ts";
import { appItself, entries, purchaseNumber, startReading } from "./support.ts";

const schedules = "/v1/inAppPurchasePriceSchedules";

/** Amounts and days of a schedule, without ids. */
function amounts(schedule: PriceSchedule | undefined) {
  return Object.fromEntries(
    [...(schedule?.manual ?? [])].map(([territory, intervals]) => [
      territory,
      intervals.map(({ startDate, endDate, point }) => [startDate, endDate, point.price]),
    ]),
  );
}

function count(schedule: PriceSchedule | undefined): number {
  return [...(schedule?.manual.values() ?? [])].reduce((sum, intervals) => sum + intervals.length, 0);
}

const bad = (error: unknown) => error instanceof RelayError && error.code === "bad_upstream_response";

describe("A price schedule", () => {
  it("is read in one call where only the base has manual prices", async () => {
    await using reading = await startReading();
    const schedule = await readSchedule(await reading.open(), purchaseNumber(3));
    const today = pacificDay(Date.now());
    const [start, end] = [addDays(today, 10), addDays(today, 17)];
    assert.equal(schedule?.baseTerritory, "USA");
    assert.deepEqual(amounts(schedule), {
      USA: [
        [null, start, "2.99"],
        [start, end, "1.99"],
        [end, null, "2.99"],
      ],
    });
    const [first] = schedule?.manual.get("USA") ?? [];
    assert.deepEqual(decodePointId(first?.point.id ?? ""), { s: "6700000003", t: "USA", p: "10036" });
    const [url, ...others] = reading.urls();
    assert.deepEqual(others, []);
    assert.equal(url?.pathname, `${schedules}/6700000003/manualPrices`);
    assert.deepEqual(Object.fromEntries(url?.searchParams ?? []), {
      include: "inAppPurchasePricePoint,territory",
      "fields[inAppPurchasePrices]": "startDate,endDate,inAppPurchasePricePoint,territory",
      "fields[inAppPurchasePricePoints]": "customerPrice",
      "fields[territories]": "currency",
      limit: "200",
    });
  });

  it("with manual prices in several territories takes another call, for its base", async () => {
    await using reading = await startReading();
    const schedule = await readSchedule(await reading.open(), purchaseNumber(4));
    assert.equal(schedule?.baseTerritory, "DEU");
    assert.deepEqual([...(schedule?.manual.keys() ?? [])].sort(), ["CAN", "DEU", "USA"]);
    assert.deepEqual(reading.asked(), [
      `${schedules}/6700000004/manualPrices`,
      `${schedules}/6700000004/baseTerritory`,
    ]);
  });

  it("whose base is known takes one call, unless that base has no price in it", async () => {
    await using reading = await startReading();
    const reader = await reading.open();
    const known = await readSchedule(reader, purchaseNumber(4), "DEU");
    assert.deepEqual(reading.asked(), [`${schedules}/6700000004/manualPrices`]);
    assert.deepEqual(known, await readSchedule(reader, purchaseNumber(4)));
    assert.equal((await readSchedule(reader, purchaseNumber(4), "FRA"))?.baseTerritory, "DEU");
  });

  it("of an app is read alike", async () => {
    await using reading = await startReading();
    const schedule = await readSchedule(await reading.open(), appItself("1480000002"));
    assert.deepEqual(amounts(schedule), { USA: [[null, null, "4.99"]], GBR: [[null, null, "3.99"]] });
    assert.deepEqual(reading.asked(), [
      "/v1/appPriceSchedules/1480000002/manualPrices",
      "/v1/appPriceSchedules/1480000002/baseTerritory",
    ]);
  });

  it("of more manual prices than a page holds is read to its end", async () => {
    await using reading = await startReading();
    const schedule = await readSchedule(await reading.open(), purchaseNumber(240));
    assert.deepEqual([schedule?.baseTerritory, count(schedule), schedule?.manual.size], ["USA", 240, 120]);
    assert.deepEqual(reading.asked(), [
      `${schedules}/6700000240/manualPrices`,
      `${schedules}/6700000240/manualPrices`,
      `${schedules}/6700000240/baseTerritory`,
    ]);
  });

  it("of opaque IDs is read as it stands", async () => {
    await using reading = await startReading();
    reading.set("6700000002", { opaqueIds: true });
    const schedule = await readSchedule(await reading.open(), purchaseNumber(2));
    assert.deepEqual(amounts(schedule).JPN, [[null, null, "298"]]);
    assert.equal(decodePointId(schedule?.manual.get("JPN")?.[0]?.point.id ?? ""), undefined);
  });

  it("that is not there is undefined, for the cost of one call", async () => {
    await using reading = await startReading();
    const reader = await reading.open();
    assert.equal(await readSchedule(reader, appItself("1480000003")), undefined);
    assert.equal(await readSchedule(reader, { ...purchaseNumber(1), id: "6720000001" }), undefined);
    assert.deepEqual(reading.asked(), [
      "/v1/appPriceSchedules/1480000003/manualPrices",
      `${schedules}/6720000001/manualPrices`,
    ]);
    assert.equal(await readScheduleAgain(reader, appItself("1480000003")), undefined);
    assert.deepEqual(await readAutomaticPrices(reader, appItself("1480000003")), []);
  });

  it("of a product that is not there is an error, and of a subscription a mistake", async () => {
    await using reading = await startReading();
    const reader = await reading.open();
    const gone = { ...purchaseNumber(1), id: "6799999999" };
    for (const read of [readSchedule, readScheduleAgain]) {
      await assert.rejects(
        read(reader, gone),
        (error) => error instanceof RelayError && error.code === "not_found",
      );
      await assert.rejects(read(reader, { ...gone, kind: "subscription" }), TypeError);
    }
  });

  it("whose id is not that of the item is found through the item", async () => {
    await using reading = await startReading();
    // The first way leads nowhere; the item names a schedule that stands under the id of another here.
    reading.relay.simulator.faults.add({
      path: `${schedules}/6700000002/manualPrices`,
      fault: {
        kind: "status",
        status: 404,
        body: {
          errors: [
            {
              status: "404",
              code: "NOT_FOUND",
              detail: "There is no resource of type 'inAppPurchasePriceSchedules' with id '6700000002'",
            },
          ],
        },
      },
    });
    reading.relay.simulator.faults.add({
      path: "/v2/inAppPurchases/6700000002/iapPriceSchedule",
      fault: { kind: "fields", replace: { id: "6700000003" } },
    });
    const schedule = await readSchedule(await reading.open(), purchaseNumber(2));
    assert.equal(count(schedule), 3);
    assert.deepEqual(reading.asked(), [
      `${schedules}/6700000002/manualPrices`,
      "/v2/inAppPurchases/6700000002/iapPriceSchedule",
      `${schedules}/6700000003/manualPrices`,
    ]);
  });

  for (const [what, fault] of [
    ["ends before its last page", { kind: "fields", remove: ["links"] }],
    ["leaves out the price points", { kind: "fields", remove: ["included"] }],
    ["leaves out the amounts", { kind: "fields", remove: ["customerPrice"] }],
    ["leaves out the territories", { kind: "fields", remove: ["territory"] }],
    ["has a start that is no day", { kind: "fields", replace: { startDate: "soon" } }],
    ["goes round in circles", { kind: "next-link", to: "self-loop" }],
    ["leads to another host", { kind: "next-link", to: "other-host" }],
  ] as const) {
    it(`that ${what} is an error`, async () => {
      await using reading = await startReading();
      reading.relay.simulator.faults.add({ path: "*/manualPrices", times: Infinity, fault });
      await assert.rejects(readSchedule(await reading.open(), purchaseNumber(240)), bad);
    });
  }
});

describe("A price schedule that is read again", () => {
  it("is the same in one call, whatever it holds", async () => {
    await using reading = await startReading();
    const { prices } = reading.relay.simulator.world.appStoreConnect;
    reading.set("6700000010", { schedule: wideSchedule(prices, "9.99", 50) });
    reading.set("6700000011", { codeShift: 7 });
    const today = pacificDay(Date.now());
    for (const product of [
      ...[1, 2, 3, 4, 10, 11].map(purchaseNumber),
      appItself("1480000001"),
      appItself("1480000002"),
    ]) {
      const first = await readSchedule(await reading.open(), product);
      reading.asked();
      const second = await readScheduleAgain(await reading.open(), product);
      assert.equal(reading.asked().length, 1, product.id);
      assert.ok(first && second);
      assert.equal(first.baseTerritory, second.baseTerritory);
      assert.deepEqual(
        entries(second.manual),
        Object.fromEntries(
          [...first.manual].map(([territory, intervals]) => [
            territory,
            intervals.map((interval) => ({ ...interval, point: { ...interval.point, price: "" } })),
          ]),
        ),
      );
      assert.ok(sameSchedule(first, second, today));
    }
  });

  it("is another once a price, a day, a territory or the base has changed", async () => {
    await using reading = await startReading();
    const { prices } = reading.relay.simulator.world.appStoreConnect;
    const today = pacificDay(Date.now());
    const end = addDays(today, 17);
    const first = await readSchedule(await reading.open(), purchaseNumber(2));
    assert.ok(first);
    for (const schedule of [
      makeSchedule(prices, "USA", [{ territory: "USA", price: "2.99" }]),
      makeSchedule(prices, "USA", [
        { territory: "USA", price: "1.99" },
        { territory: "GBR", price: "1.49", endDate: end },
        { territory: "JPN", price: "298" },
        { territory: "BRA", price: "9.95" },
      ]),
      makeSchedule(prices, "GBR", [
        { territory: "USA", price: "1.99" },
        { territory: "GBR", price: "1.49" },
        { territory: "JPN", price: "298" },
        { territory: "BRA", price: "9.95" },
      ]),
    ]) {
      reading.set("6700000002", { schedule });
      const second = await readScheduleAgain(await reading.open(), purchaseNumber(2));
      assert.ok(second && !sameSchedule(first, second, today));
    }
  });

  for (const [what, number, pricing] of [
    ["has more than 50 manual prices", 239, {}],
    ["has IDs that do not decode", 2, { opaqueIds: true }],
  ] as const) {
    it(`is read in full where it ${what}`, async () => {
      await using reading = await startReading();
      const product = purchaseNumber(number);
      reading.set(product.id, pricing);
      const first = await readSchedule(await reading.open(), product);
      reading.asked();
      assert.deepEqual(await readScheduleAgain(await reading.open(), product), first);
      assert.deepEqual(reading.asked(), [
        `${schedules}/${product.id}`,
        `${schedules}/${product.id}/manualPrices`,
        `${schedules}/${product.id}/baseTerritory`,
      ]);
    });
  }

  for (const [what, remove] of [
    ["how many there are, with 50 shown", "meta"],
    ["its base", "baseTerritory"],
    ["its prices", "included"],
  ] as const) {
    it(`is read in full where Apple does not say ${what}`, async () => {
      await using reading = await startReading();
      const { prices } = reading.relay.simulator.world.appStoreConnect;
      reading.set("6700000010", { schedule: wideSchedule(prices, "9.99", 50) });
      reading.relay.simulator.faults.add({
        path: `${schedules}/6700000010`,
        fault: { kind: "fields", remove: [remove] },
      });
      const schedule = await readScheduleAgain(await reading.open(), purchaseNumber(10));
      assert.equal(count(schedule), 50);
      assert.equal(reading.asked().length, 3);
    });
  }
});

describe("Automatic prices", () => {
  it("are those of every territory that follows the base", async () => {
    await using reading = await startReading();
    const automatic = await readAutomaticPrices(await reading.open(), purchaseNumber(2));
    // 175 territories, of which 4 have a price of their own.
    assert.equal(automatic.length, 171);
    assert.ok(automatic.every(({ territory }) => !["USA", "GBR", "JPN", "BRA"].includes(territory)));
    assert.equal(automatic.find(({ territory }) => territory === "CAN")?.point.price, "2.89");
  });

  it("of several steps go over several pages", async () => {
    await using reading = await startReading();
    const automatic = await readAutomaticPrices(await reading.open(), purchaseNumber(3));
    assert.equal(automatic.length, 3 * 174);
    assert.equal(reading.asked().length, 3);
  });
});
