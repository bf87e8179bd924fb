import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";

/** Original transaction ID by status, without what tells the environments apart. */
const states: readonly [status: number, statusText: string, hasAccess: boolean][] = [
  [1, "Active", true],
  [2, "Expired", false],
  [3, "Billing retry", false],
  [4, "Billing grace period", true],
  [5, "Revoked", false],
];

const environments = [
  ["Production", "310000000000"],
  ["Sandbox", "2000000000010"],
] as const;

describe("GetSubscriptionStatuses", () => {
  for (const [environment, begin] of environments) {
    for (const [status, statusText, hasAccess] of states) {
      it(`says whether ${statusText} gives access, in ${environment}`, async () => {
        await using relay = await startRelay();
        const originalTransactionId = `${begin}${status}01`;
        // Any transaction of the customer leads to the subscription.
        const input = { transactionId: `${begin}${status}02`, bundleId };
        const { status: answered, json } = await relay.call("GetSubscriptionStatuses", { input });
        assert.equal(answered, 200);
        const { value, ...rest } = Object(json);
        assert.deepEqual(rest, { environment, bundleId });
        const [{ transaction, renewalInfo, signedTransaction, signedRenewalInfo, ...row }, ...more] = value;
        assert.deepEqual(more, []);
        assert.deepEqual(row, {
          subscriptionGroupIdentifier: "21500001",
          originalTransactionId,
          hasAccess,
          status,
          statusText,
        });
        assert.equal(transaction.originalTransactionId, originalTransactionId);
        assert.equal(transaction.transactionId, `${begin}${status}0${status === 1 ? 4 : 2}`);
        assert.match(transaction.expiresDate, /Z$/);
        assert.equal(renewalInfo.autoRenewStatusText, [1, 3, 4].includes(status) ? "On" : "Off");
        assert.equal(renewalInfo.isInBillingRetryPeriod, status === 3 || status === 4 ? true : undefined);
        assert.equal("gracePeriodExpiresDate" in renewalInfo, status === 4);
        for (const [signed, decoded] of [
          [signedTransaction, transaction],
          [signedRenewalInfo, renewalInfo],
        ]) {
          const { json } = await relay.call("DecodeSignedPayload", { input: { signedPayload: signed } });
          assert.deepEqual(Object(json).payload, decoded);
        }
      });
    }
  }

  it("asks for the statuses that are named, each once", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "310000000000101", bundleId, status: "2, 4" };
    const { json } = await relay.call("GetSubscriptionStatuses", { input });
    assert.deepEqual(Object(json).value, []);
    assert.match(relay.simulator.requests[0]?.url ?? "", /\?status=2&status=4$/);
  });

  it("lists every subscription of a customer, group by group", async () => {
    await using relay = await startRelay();
    const { transactions, subscriptions } = relay.simulator.world.appStoreServer.production;
    const [bought] = transactions.filter((known) => known.transactionId === "310000000000104");
    const [subscribed] = subscriptions.filter((known) => known.originalTransactionId === "310000000000101");
    assert.ok(bought && subscribed);
    const other = { originalTransactionId: "77", subscriptionGroupIdentifier: "21500009" };
    transactions.push({ ...bought, ...other, transactionId: "77" });
    subscriptions.push({ ...subscribed, ...other, status: 2 });
    const input = { transactionId: "77", bundleId };
    const { json } = await relay.call("GetSubscriptionStatuses", { input });
    assert.deepEqual(
      Object(json).value.map((row: Record<string, unknown>) => [
        row.subscriptionGroupIdentifier,
        row.originalTransactionId,
        row.hasAccess,
      ]),
      [
        ["21500001", "310000000000101", true],
        ["21500009", "77", false],
      ],
    );
  });

  it("answers no row for a customer without subscriptions", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "300000000001001", bundleId: "com.example.harborkings" };
    const { status, json } = await relay.call("GetSubscriptionStatuses", { input });
    assert.deepEqual(
      [status, json],
      [200, { environment: "Production", bundleId: input.bundleId, value: [] }],
    );
  });

  it("passes a status that nobody knows, without access", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({
      service: "appStoreServer",
      fault: { kind: "fields", replace: { status: 6 } },
    });
    const input = { transactionId: "310000000000101", bundleId };
    const [row] = Object((await relay.call("GetSubscriptionStatuses", { input })).json).value;
    assert.deepEqual([row.status, row.statusText, row.hasAccess], [6, undefined, false]);
  });

  it("answers a subscription of which Apple does not say how it goes on", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({
      service: "appStoreServer",
      fault: { kind: "fields", remove: ["signedRenewalInfo", "subscriptionGroupIdentifier"] },
    });
    const input = { transactionId: "310000000000101", bundleId };
    const [row] = Object((await relay.call("GetSubscriptionStatuses", { input })).json).value;
    assert.equal(row.hasAccess, true);
    for (const name of ["renewalInfo", "signedRenewalInfo", "subscriptionGroupIdentifier"]) {
      assert.ok(!(name in row), name);
    }
  });

  for (const status of ["active", "1;2", "1,,2", "1&status=2", ","]) {
    it(`refuses ${JSON.stringify(status)} as statuses before anything is sent`, async () => {
      await using relay = await startRelay();
      const input = { transactionId: "310000000000101", bundleId, status };
      const { status: answered, error } = await relay.call("GetSubscriptionStatuses", { input });
      assert.deepEqual([answered, error?.details?.[0]?.field], [400, "status"]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  for (const [what, replace, where] of [
    ["data", { data: { a: 1 } }, "data"],
    ["a group", { data: [7] }, "data"],
    ["its last transactions", { lastTransactions: "none" }, "data[0].lastTransactions"],
    ["a purchase", { originalTransactionId: "1" }, "data[0].lastTransactions[0].signedTransactionInfo"],
  ] as const) {
    it(`refuses an answer with ${what} of another form, and says where`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "fields", replace } });
      const input = { transactionId: "310000000000101", bundleId };
      const { status, error } = await relay.call("GetSubscriptionStatuses", { input });
      assert.deepEqual(
        [status, error?.code, error?.details?.[0]?.field, error?.outcome],
        [502, "bad_upstream_response", where, "none"],
      );
    });
  }
});
