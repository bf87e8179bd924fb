import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const gems = { transactionId: "300000000001001", bundleId: "com.example.harborkings" };
const facts = { customerConsented: true, deliveryStatus: "DELIVERED", sampleContentProvided: false };
const factsV1 = {
  customerConsented: true,
  sampleContentProvided: true,
  consumptionStatus: "PartiallyConsumed",
  platform: "NonApple",
  deliveryStatus: "WrongItem",
  accountTenure: "90To180Days",
  playTime: "Over16Days",
  lifetimeDollarsRefunded: "Nothing",
  lifetimeDollarsPurchased: "1000To1999.99",
  userStatus: "limitedaccess",
  refundPreference: "PreferDecline",
};

describe("SendConsumption", () => {
  it("sends what Apple takes, percent in thousandths", async () => {
    await using relay = await startRelay();
    const input = { ...gems, ...facts, consumptionPercentage: 12.345, refundPreference: "GRANT_PRORATED" };
    const { status, json } = await relay.call("SendConsumption", { input });
    assert.deepEqual([status, json], [200, { environment: "Production" }]);
    const { consumption } = relay.simulator.world.appStoreServer.production.writes;
    assert.deepEqual(consumption.get(gems.transactionId), {
      ...facts,
      consumptionPercentage: 12345,
      refundPreference: "GRANT_PRORATED",
    });
  });

  it("finds a transaction of the sandbox", async () => {
    await using relay = await startRelay();
    const input = { ...facts, transactionId: "2000000000000001", bundleId: "com.example.stillwater" };
    assert.deepEqual((await relay.call("SendConsumption", { input })).json, { environment: "Sandbox" });
  });

  for (const [field, more] of [
    ["customerConsented", { customerConsented: false }],
    ["deliveryStatus", { deliveryStatus: "delivered?" }],
    ["consumptionPercentage", { consumptionPercentage: 100.5 }],
    ["consumptionPercentage", { consumptionPercentage: 0.12345 }],
    ["consumptionPercentage", { consumptionPercentage: 1, deliveryStatus: "UNDELIVERED_OTHER" }],
  ] as const) {
    it(`refuses ${JSON.stringify(more)} before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("SendConsumption", {
        input: { ...gems, ...facts, ...more },
      });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, field]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  for (const [code, more] of [
    [4000036, { deliveryStatus: "LOST" }],
    [4000044, { refundPreference: "MAYBE" }],
    [
      4000209,
      { transactionId: "300000000000001", bundleId: "com.example.stillwater", consumptionPercentage: 1 },
    ],
  ] as const) {
    it(`passes on that Apple refuses ${JSON.stringify(more)}`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("SendConsumption", {
        input: { ...gems, ...facts, ...more },
      });
      assert.deepEqual([status, error?.code, error?.upstream?.code], [422, "rejected", String(code)]);
    });
  }
});

describe("SendConsumptionV1", () => {
  it("turns names into Apple's numbers", async () => {
    await using relay = await startRelay();
    const { status } = await relay.call("SendConsumptionV1", { input: { ...gems, ...factsV1 } });
    assert.equal(status, 200);
    const { consumption } = relay.simulator.world.appStoreServer.production.writes;
    assert.deepEqual(consumption.get(gems.transactionId), {
      customerConsented: true,
      sampleContentProvided: true,
      consumptionStatus: 2,
      platform: 2,
      deliveryStatus: 2,
      accountTenure: 5,
      playTime: 7,
      lifetimeDollarsRefunded: 1,
      lifetimeDollarsPurchased: 6,
      userStatus: 4,
      refundPreference: 2,
      appAccountToken: "",
    });
  });

  it("refuses names that are not offered", async () => {
    await using relay = await startRelay();
    const input = { ...gems, ...factsV1, platform: "Android", playTime: "constructor" };
    const { status, error } = await relay.call("SendConsumptionV1", { input });
    assert.equal(status, 400);
    assert.deepEqual(error?.details?.map(({ field }) => field).sort(), ["platform", "playTime"]);
  });
});
