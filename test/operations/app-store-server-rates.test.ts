/** The rates that Apple publishes for reads: the simulator refuses what goes past them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Runtime } from "../../functions/runtime.ts";
import { type Relay, startRelay } from "../support/relay.ts";

const stillwater = "com.example.stillwater";
const ids = { Production: "310000000000101", Sandbox: "2000000000010101" } as const;

/** Calls a second in production, by operation; the sandbox allows a tenth. Source: Apple, "Identifying rate limits". */
const rates: Readonly<Record<string, number>> = {
  GetTransaction: 50,
  GetSubscriptionStatuses: 50,
  ListTransactions: 50,
  GetAppTransaction: 50,
  ListRefunds: 10,
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

/** A relay whose simulator refuses what goes past the rates. */
async function startPaced(): Promise<Relay & { slept: number[] }> {
  const runtime = standingRuntime();
  const relay = await startRelay({ runtime, simulator: { runtime } });
  relay.simulator.world.appStoreServer.enforceRateLimits = true;
  return Object.assign(relay, { slept: runtime.slept });
}

async function callTimes(relay: Relay, times: number, operation: string, input: object): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const { status, error } = await relay.call(operation, { input: { ...input } });
    assert.equal(status, 200, JSON.stringify(error));
  }
}

describe("Apple's published rates", () => {
  for (const [operation, perSecond] of Object.entries(rates)) {
    for (const environment of ["Production", "Sandbox"] as const) {
      const rate = environment === "Sandbox" ? perSecond / 10 : perSecond;
      it(`are kept by ${operation} in ${environment}: ${rate} a second`, async () => {
        await using relay = await startPaced();
        const input = { transactionId: ids[environment], bundleId: stillwater, environment };
        await callTimes(relay, rate, operation, input);
        assert.deepEqual(relay.slept, [], "as many as are allowed go at once");
        await callTimes(relay, rate + 1, operation, input);
        assert.ok(relay.slept.length > 0);
        assert.ok(relay.simulator.requests.every(({ status }) => status === 200));
      });
    }
  }

  it("are kept by LookUpOrder: 10 a second", async () => {
    await using relay = await startPaced();
    const input = { orderId: "MSW0000101", bundleId: stillwater };
    await callTimes(relay, 10, "LookUpOrder", input);
    assert.deepEqual(relay.slept, []);
    await callTimes(relay, 11, "LookUpOrder", input);
    assert.ok(relay.slept.length > 0);
    assert.ok(relay.simulator.requests.every(({ status }) => status === 200));
  });

  it("are an app's and an endpoint's own", async () => {
    await using relay = await startPaced();
    await callTimes(relay, 10, "ListRefunds", { transactionId: ids.Production, bundleId: stillwater });
    await callTimes(relay, 10, "ListRefunds", {
      transactionId: "310000000001001",
      bundleId: "com.example.harborkings",
      limit: 1,
    });
    await callTimes(relay, 10, "LookUpOrder", { orderId: "MSW0000101", bundleId: stillwater });
    assert.deepEqual(relay.slept, []);
  });

  for (const [operation, input] of [
    ["GetTransaction", { transactionId: ids.Production, bundleId: stillwater }],
    ["ListRefunds", { transactionId: ids.Production, bundleId: stillwater }],
    ["LookUpOrder", { orderId: "MSW0000101", bundleId: stillwater }],
  ] as const) {
    it(`that others have used up are waited for as Apple says, in UNIX milliseconds: ${operation}`, async () => {
      const runtime = standingRuntime();
      await using relay = await startRelay({ runtime, simulator: { runtime } });
      relay.simulator.faults.add({
        service: "appStoreServer",
        fault: { kind: "status", status: 429, retryAfter: { unixMilliseconds: 7 } },
      });
      const { status } = await relay.call(operation, { input });
      assert.equal(status, 200);
      assert.deepEqual(
        relay.simulator.requests.map((request) => request.status),
        [429, 200],
      );
      const slept = runtime.slept.reduce((sum, ms) => sum + ms, 0);
      assert.ok(slept >= 7_000 && slept <= 8_000, String(slept));
    });

    it(`that ask for a wait past the deadline are answered at once: ${operation}`, async () => {
      const runtime = standingRuntime();
      await using relay = await startRelay({ runtime, simulator: { runtime } });
      relay.simulator.faults.add({
        service: "appStoreServer",
        fault: { kind: "status", status: 429, retryAfter: { unixMilliseconds: 300 } },
      });
      const { status, error, headers } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code, error?.upstream?.code], [429, "rate_limited", "4290000"]);
      assert.equal(headers["retry-after"], "300");
      assert.equal(relay.simulator.requests.length, 1);
    });
  }
});
