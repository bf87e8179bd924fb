/** The rates that Apple publishes for writes, which are an app's and an endpoint's own: nothing is sent past them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Runtime } from "../../functions/runtime.ts";
import { startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const consumption = { customerConsented: true, sampleContentProvided: false };
const extension = { extendByDays: 1, extendReasonCode: "Other", requestIdentifier: "a" };
const codes = {
  consumptionStatus: "Undeclared",
  platform: "Apple",
  deliveryStatus: "Delivered",
  accountTenure: "Undeclared",
  playTime: "Undeclared",
  lifetimeDollarsRefunded: "Undeclared",
  lifetimeDollarsPurchased: "Undeclared",
  userStatus: "Active",
};

/** Calls a second in production; the sandbox allows a tenth. Source: Apple, "Identifying rate limits". */
const rates: readonly (readonly [operation: string, perSecond: number, input: object])[] = [
  ["SetAppAccountToken", 20, { appAccountToken: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90" }],
  ["FinishTransaction", 50, {}],
  ["SendConsumption", 50, { ...consumption, deliveryStatus: "DELIVERED" }],
  ["SendConsumptionV1", 50, { ...consumption, ...codes }],
  ["ExtendRenewalDate", 20, extension],
  ["MassExtendRenewalDates", 1, { ...extension, confirm: true }],
];
const places = {
  Production: { id: "300000000000001", productId: "com.example.stillwater.plus.yearly" },
  Sandbox: { id: "2000000000000001", productId: "com.example.stillwater.plus.monthly" },
};

/** A clock that stands still but where somebody waits, so that it matters to no test how long calls take. */
function standingRuntime(): Runtime & { slept: number[] } {
  let now = Date.now();
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    random: () => 0.5,
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
  };
}

describe("Apple's published rates", () => {
  for (const [operation, perSecond, more] of rates) {
    for (const environment of ["Production", "Sandbox"] as const) {
      const rate = environment === "Sandbox" ? perSecond / 10 : perSecond;
      it(`are kept by ${operation} in ${environment}: ${rate} a second`, async () => {
        const runtime = standingRuntime();
        await using relay = await startRelay({ runtime, simulator: { runtime } });
        relay.simulator.world.appStoreServer.enforceRateLimits = true;
        const { id, productId } = places[environment];
        const ids = operation.startsWith("Mass")
          ? { productId }
          : { [/^(Set|Extend)/.test(operation) ? "originalTransactionId" : "transactionId"]: id };
        async function callTimes(times: number): Promise<void> {
          for (let time = 0; time < times; time += 1) {
            // Apple extends a subscription twice; here it is the calls that count.
            for (const { writes } of [
              relay.simulator.world.appStoreServer.production,
              relay.simulator.world.appStoreServer.sandbox,
            ])
              writes.extensions.clear();
            const input = { bundleId, environment, ...ids, ...more };
            const { status, text } = await relay.call(operation, { input });
            assert.ok(status === 200 || status === 202, text);
          }
        }
        const atOnce = Math.max(1, rate);
        await callTimes(atOnce);
        assert.deepEqual(runtime.slept, [], "as many as are allowed go at once");
        await callTimes(atOnce + 1);
        assert.ok(runtime.slept.length > 0);
        assert.ok(relay.simulator.requests.every(({ status = 0 }) => status < 300));
      });
    }
  }
});
