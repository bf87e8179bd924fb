import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { milliunits } from "../../functions/app-store-server/money.ts";
import { type Relay, startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const production = "300000000000001";
const sandbox = "2000000000000001";
const requestReferenceId = "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90";

const named = { displayName: "Plus", description: "All of it" };

function migrated(relay: Relay): void {
  const { appStoreServer } = relay.simulator.world;
  appStoreServer.production.writes.advancedCommerce.set(production, { what: "", body: {} });
  appStoreServer.sandbox.writes.advancedCommerce.set(sandbox, { what: "", body: {} });
}

describe("An amount of money", () => {
  for (const [amount, expected] of [
    ["9.99", 9990],
    ["0.001", 1],
    ["4", 4000],
    ["999999999.999", 999_999_999_999],
    ["1.1", 1100],
  ] as const) {
    it(`${amount} is ${expected} thousandths`, () => assert.equal(milliunits(amount), expected));
  }
});

describe("Advanced Commerce", () => {
  for (const [transactionId, environment] of [
    [production, "Production"],
    [sandbox, "Sandbox"],
  ] as const) {
    it(`changes a price in ${environment}, in thousandths for Apple`, async () => {
      await using relay = await startRelay();
      migrated(relay);
      const items = [{ SKU: "plus", price: "9.99" }];
      const { status, json } = await relay.call("ChangeAdvancedCommercePrice", {
        input: { transactionId, bundleId, requestReferenceId, currency: "USD", items },
      });
      assert.equal(status, 200);
      assert.equal(Object(json).environment, environment);
      const { transaction, renewalInfo, signedTransaction, signedRenewalInfo } = Object(json);
      assert.equal(transaction.transactionId, transactionId);
      assert.match(transaction.purchaseDate, /Z$/);
      assert.deepEqual(
        [renewalInfo.originalTransactionId, renewalInfo.autoRenewStatusText],
        [transactionId, "On"],
      );
      for (const signed of [signedTransaction, signedRenewalInfo]) {
        assert.match(signed, /^[\w-]+\.[\w-]+\.[\w-]+$/);
      }
      assert.deepEqual(JSON.parse(relay.simulator.requests.at(-1)?.body.toString() ?? ""), {
        currency: "USD",
        items: [{ SKU: "plus", price: 9990 }],
        requestInfo: { requestReferenceId },
      });
    });
  }

  it("is asked once only by a reference ID, with what that means", async () => {
    await using relay = await startRelay();
    migrated(relay);
    const input = { transactionId: production, bundleId, requestReferenceId };
    assert.equal((await relay.call("CancelAdvancedCommerceSubscription", { input })).status, 200);
    const { status, error } = await relay.call("CancelAdvancedCommerceSubscription", { input });
    assert.deepEqual([status, error?.upstream?.code], [422, "4000097"]);
    assert.match(error?.hint ?? "", /new request reference ID/);
  });

  it("is not sent again when nobody knows what became of it", async () => {
    await using relay = await startRelay();
    migrated(relay);
    relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "status", status: 500 } });
    const input = { transactionId: production, bundleId, requestReferenceId };
    const { status, error } = await relay.call("CancelAdvancedCommerceSubscription", { input });
    assert.deepEqual([status, error?.code], [409, "outcome_unknown"]);
    assert.equal(relay.simulator.requests.length, 1);
  });

  it("knows only subscriptions that are its own", async () => {
    await using relay = await startRelay();
    const input = { transactionId: production, bundleId, requestReferenceId };
    const { error } = await relay.call("CancelAdvancedCommerceSubscription", { input });
    assert.deepEqual([error?.code, error?.upstream?.code], ["upstream_forbidden", "4030015"]);
  });

  const item = { SKU: "plus", refundReason: "OTHER", refundType: "FULL", revoke: true };
  const refund = { transactionId: production, bundleId, requestReferenceId, refundRiskingPreference: true };

  it("refunds an amount of a custom refund alone", async () => {
    await using relay = await startRelay();
    migrated(relay);
    for (const [refundType, refundAmount] of [
      ["CUSTOM", undefined],
      ["FULL", "4.99"],
    ]) {
      const { status, error } = await relay.call("RequestAdvancedCommerceRefund", {
        input: { ...refund, items: [item, { ...item, refundType, refundAmount }] },
      });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, "items[1].refundAmount"]);
    }
    assert.equal(relay.simulator.requests.length, 0);
    const items = [{ ...item, refundType: "CUSTOM", refundAmount: "4.99" }];
    const { status } = await relay.call("RequestAdvancedCommerceRefund", { input: { ...refund, items } });
    assert.equal(status, 200);
    assert.equal(JSON.parse(relay.simulator.requests[0]?.body.toString() ?? "").items[0].refundAmount, 4990);
  });

  it("simulates a declined refund in the sandbox only", async () => {
    await using relay = await startRelay();
    migrated(relay);
    const items = [{ ...item, refundReason: "SIMULATE_REFUND_DECLINE" }];
    const answer = await relay.call("RequestAdvancedCommerceRefund", { input: { ...refund, items } });
    assert.equal(answer.error?.upstream?.code, "4000158");
    const tried = await relay.call("RequestAdvancedCommerceRefund", {
      input: { ...refund, transactionId: sandbox, items },
    });
    assert.equal(tried.status, 200);
  });

  it("needs something to be changed of the metadata", async () => {
    await using relay = await startRelay();
    const input = { transactionId: production, bundleId, requestReferenceId };
    const { status, error } = await relay.call("ChangeAdvancedCommerceMetadata", { input });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "items"]);
    assert.equal(relay.simulator.requests.length, 0);
  });

  const longest = { SKU: "x".repeat(128), displayName: "x".repeat(30), description: "x".repeat(45) };
  const migration = {
    transactionId: production,
    bundleId,
    requestReferenceId,
    targetProductId: "com.example.stillwater.generic",
    descriptors: { displayName: longest.displayName, description: longest.description },
    items: Array.from({ length: 100 }, () => longest),
    taxCode: "C003-00-2",
  };

  it("takes texts and lists that are as long as they may be", async () => {
    await using relay = await startRelay();
    const { status, text } = await relay.call("MigrateToAdvancedCommerce", { input: migration });
    assert.equal(status, 200, text);
  });

  for (const [field, more] of [
    ["items[0].SKU", { items: [{ ...longest, SKU: "x".repeat(129) }] }],
    ["items[0].displayName", { items: [{ ...longest, displayName: "x".repeat(31) }] }],
    ["items[0].description", { items: [{ ...longest, description: "x".repeat(46) }] }],
    ["descriptors.displayName", { descriptors: { ...named, displayName: "x".repeat(31) } }],
    ["descriptors.description", { descriptors: { ...named, description: "x".repeat(46) } }],
    ["items", { items: Array.from({ length: 101 }, () => longest) }],
    ["items", { items: [] }],
  ] as const) {
    it(`refuses ${field} past its bound before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("MigrateToAdvancedCommerce", {
        input: { ...migration, ...more },
      });
      assert.deepEqual([status, error?.details?.map(({ field }) => field)], [400, [field]]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});
