import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createWorld } from "../../local/simulator/index.ts";
import { get, startBench, type TestBench } from "./support.ts";

const now = Date.UTC(2026, 10, 22, 12);

async function control(bench: TestBench, path: string, body: unknown) {
  const init = { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${bench.simulator.urls.control}/simulator/${path}`, init);
  const json: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, json };
}

describe("the customers of the world", () => {
  test("are the same each time, in each state, in both environments", () => {
    const [first, second] = [createWorld(now).appStoreServer, createWorld(now).appStoreServer];
    for (const name of ["production", "sandbox"] as const) {
      assert.deepEqual(first[name].transactions, second[name].transactions);
      const states = first[name].subscriptions.map(({ status }) => status);
      for (const status of [1, 2, 3, 4, 5] as const) assert.ok(states.includes(status));
      const ids = first[name].transactions.map(({ transactionId }) => transactionId);
      assert.equal(new Set(ids).size, ids.length);
    }
  });

  test("have what their state says: periods that are over, or not", () => {
    for (const { transactions, subscriptions } of [
      createWorld(now).appStoreServer.production,
      createWorld(now).appStoreServer.sandbox,
    ]) {
      for (const { originalTransactionId, status } of subscriptions) {
        const last = transactions
          .filter((known) => known.originalTransactionId === originalTransactionId)
          .at(-1);
        const over = (last?.expiresDate ?? 0) <= now;
        if (status === 1) assert.ok(!over);
        if (status === 2 || status === 3 || status === 4) assert.ok(over);
        assert.equal(last?.revocationDate !== undefined, status === 5);
      }
    }
  });
});

describe("controls of customers", () => {
  test("refund a purchase, which takes the subscription away", async () => {
    await using bench = await startBench({ ports: { control: 0 } });
    const { status, json } = await control(bench, "refunds", {
      transactionId: "310000000000104",
      revocationReason: 1,
    });
    assert.deepEqual([status, json.revocationReason, typeof json.revocationDate], [200, 1, "number"]);
    const { subscriptions } = bench.simulator.world.appStoreServer.production;
    const refunded = subscriptions.find((known) => known.originalTransactionId === "310000000000101");
    assert.equal(refunded?.status, 5);
    const again = await control(bench, "refunds", { transactionId: "310000000000104" });
    assert.match(String(again.json.error), /refunded before/);
  });

  test("renew a subscription, whatever state it was in", async () => {
    await using bench = await startBench({ ports: { control: 0 } });
    const originalTransactionId = "2000000000010201";
    const { status, json } = await control(bench, "renewals", { originalTransactionId });
    assert.deepEqual([status, json.transactionReason], [200, "RENEWAL"]);
    assert.ok(Number(json.expiresDate) > Date.now());
    const token = await bench.tokens.purchase("com.example.stillwater");
    const url = `${bench.simulator.urls.appStoreServerSandbox}/inApps/v1/subscriptions/${json.transactionId}`;
    assert.match(await (await get(url, token)).text(), /"status":1/);
  });

  test("say what is wrong", async () => {
    await using bench = await startBench({ ports: { control: 0 } });
    for (const [path, body, reason] of [
      ["refunds", {}, /transactionId must be/],
      ["refunds", { transactionId: "310000000000104", revocationReason: 7 }, /must be 0 or 1/],
      ["renewals", { originalTransactionId: "310000000001001" }, /that of a subscription/],
      ["renewals", [], /that of a subscription/],
    ] as const) {
      const { status, json } = await control(bench, path, body);
      assert.equal(status, 400);
      assert.match(String(json.error), reason);
    }
  });
});
