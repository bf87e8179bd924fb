import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const production = "300000000000001";
const sandbox = "2000000000000001";
const appAccountToken = "7D5C6B1E-3f0a-4a55-9c1d-2e8f4b6a7c90";

describe("SetAppAccountToken", () => {
  for (const [originalTransactionId, environment] of [
    [production, "Production"],
    [sandbox, "Sandbox"],
  ] as const) {
    it(`finds the transaction in ${environment} and ties it to the account`, async () => {
      await using relay = await startRelay();
      const input = { originalTransactionId, appAccountToken, bundleId };
      const { status, json } = await relay.call("SetAppAccountToken", { input });
      assert.deepEqual([status, json], [200, { environment }]);
      const { appStoreServer } = relay.simulator.world;
      const { transactions } = appStoreServer[environment === "Production" ? "production" : "sandbox"];
      const tied = transactions.filter((known) => known.appAccountToken === appAccountToken.toLowerCase());
      assert.deepEqual(
        [...new Set(tied.map((known) => known.originalTransactionId))],
        [originalTransactionId],
      );
    });
  }

  it("is told both outcomes where neither environment knows the transaction", async () => {
    await using relay = await startRelay();
    const input = { originalTransactionId: "99", appAccountToken, bundleId };
    const { status, error } = await relay.call("SetAppAccountToken", { input });
    assert.deepEqual([status, error?.code, error?.upstream?.code], [404, "not_found", "4040010"]);
    assert.match(error?.message ?? "", /TransactionIdNotFoundError/);
    assert.match(error?.details?.[0]?.message ?? "", /production answered 404, the sandbox 404/);
  });

  it("takes an original transaction alone", async () => {
    await using relay = await startRelay();
    const input = { originalTransactionId: "300000000000002", appAccountToken, bundleId };
    const { status, error } = await relay.call("SetAppAccountToken", { input });
    assert.deepEqual([status, error?.code, error?.upstream?.code], [422, "rejected", "4000187"]);
    assert.match(error?.hint ?? "", /original transaction ID/);
  });

  it("asks the environment that is named and no other, in any case of letters", async () => {
    await using relay = await startRelay();
    const input = { originalTransactionId: sandbox, appAccountToken, bundleId, environment: "production" };
    const { status } = await relay.call("SetAppAccountToken", { input });
    assert.equal(status, 404);
    assert.equal(relay.simulator.requests.length, 1);
  });

  it("is sent again after a passing fault: a second time changes nothing", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "status", status: 500 } });
    const input = { originalTransactionId: production, appAccountToken, bundleId };
    assert.equal((await relay.call("SetAppAccountToken", { input })).status, 200);
    assert.equal(relay.simulator.requests.length, 2);
  });

  for (const [field, value] of [
    ["appAccountToken", "customer-17"],
    ["originalTransactionId", "12a"],
    ["environment", "Xcode"],
    ["bundleId", "com/example"],
  ] as const) {
    it(`refuses a wrong ${field} before anything is sent`, async () => {
      await using relay = await startRelay();
      const input = { originalTransactionId: production, appAccountToken, bundleId, [field]: value };
      const { status, error } = await relay.call("SetAppAccountToken", { input });
      assert.deepEqual([status, error?.details?.map((detail) => detail.field)], [400, [field]]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});

describe("FinishTransaction", () => {
  for (const [transactionId, environment] of [
    ["300000000000002", "Production"],
    [sandbox, "Sandbox"],
  ] as const) {
    it(`finishes a transaction of ${environment}, twice as well`, async () => {
      await using relay = await startRelay();
      for (let time = 0; time < 2; time += 1) {
        const { status, json } = await relay.call("FinishTransaction", {
          input: { transactionId, bundleId },
        });
        assert.deepEqual([status, json], [200, { environment }]);
      }
      const { appStoreServer } = relay.simulator.world;
      const { writes } = appStoreServer[environment === "Production" ? "production" : "sandbox"];
      assert.deepEqual([...writes.finished], [transactionId]);
    });
  }

  it("is not known of another app's transaction", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "300000000001001", bundleId };
    const { error } = await relay.call("FinishTransaction", { input });
    assert.deepEqual([error?.code, error?.upstream?.code], ["not_found", "4040010"]);
  });
});
