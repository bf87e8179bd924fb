import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";

describe("GetTransaction", () => {
  for (const [transactionId, environment, sent] of [
    ["310000000000101", "Production", 1],
    ["2000000000010101", "Sandbox", 2],
  ] as const) {
    it(`finds a transaction in ${environment} and says what it says`, async () => {
      await using relay = await startRelay();
      const { status, json } = await relay.call("GetTransaction", { input: { transactionId, bundleId } });
      assert.equal(status, 200);
      const { transaction, signedTransaction, ...rest } = Object(json);
      assert.deepEqual(rest, { environment });
      assert.deepEqual(
        {
          id: transaction.transactionId,
          price: transaction.price,
          offer: [transaction.offerType, transaction.offerTypeText, transaction.offerDiscountType],
          environment: transaction.environment,
          revoked: "revocationDate" in transaction,
        },
        {
          id: transactionId,
          price: "0.000",
          offer: [1, "Introductory offer", "FREE_TRIAL"],
          environment,
          revoked: false,
        },
      );
      for (const name of ["purchaseDate", "expiresDate", "originalPurchaseDate", "signedDate"]) {
        assert.match(transaction[name], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, name);
      }
      // The signed form is Apple's own: whoever verifies it again reads the same.
      const again = await relay.call("DecodeSignedPayload", { input: { signedPayload: signedTransaction } });
      assert.deepEqual(Object(again.json).payload, transaction);
      assert.equal(relay.simulator.requests.length, sent);
    });
  }

  it("says of a refund when and why, in words too", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "300000000002001", bundleId };
    const { transaction } = Object((await relay.call("GetTransaction", { input })).json);
    assert.match(transaction.revocationDate, /Z$/);
    assert.deepEqual(
      [transaction.revocationReason, transaction.revocationReasonText, transaction.price],
      [1, "Refunded for an issue with the app", "4.990"],
    );
  });

  it("asks the environment that is named and no other", async () => {
    await using relay = await startRelay();
    for (const [environment, service] of [
      ["Production", "appStoreServer"],
      ["sandbox", "appStoreServerSandbox"],
    ] as const) {
      relay.simulator.requests.length = 0;
      const input = { transactionId: "99", bundleId, environment };
      const { status, error } = await relay.call("GetTransaction", { input });
      assert.deepEqual([status, error?.upstream?.code], [404, "4040010"]);
      assert.deepEqual(
        relay.simulator.requests.map((request) => request.service),
        [service],
      );
    }
  });

  it("tells of both where neither knows it", async () => {
    await using relay = await startRelay();
    const { error } = await relay.call("GetTransaction", { input: { transactionId: "99", bundleId } });
    assert.match(error?.message ?? "", /TransactionIdNotFoundError/);
    assert.match(error?.details?.[0]?.message ?? "", /production answered 404, the sandbox 404/);
  });

  it("needs the app where the credential serves several", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "300000000000002" };
    const { status, error } = await relay.call("GetTransaction", { input });
    assert.deepEqual(
      [status, error?.code, error?.details?.[0]?.field],
      [400, "credential_required", "bundleId"],
    );
  });

  it("passes members that are new, and leaves out what has no form that it declares", async () => {
    await using relay = await startRelay();
    const { production } = relay.simulator.world.appStoreServer;
    const known = production.transactions.find((one) => one.transactionId === "300000000000002");
    Object.assign(known ?? {}, { newDate: 0, newNumber: 7, type: "Future Kind", quantity: { of: 2 } });
    const input = { transactionId: "300000000000002", bundleId };
    const { transaction } = Object((await relay.call("GetTransaction", { input })).json);
    assert.deepEqual(
      [transaction.newDate, transaction.newNumber, transaction.type, transaction.quantity],
      ["1970-01-01T00:00:00.000Z", 7, "Future Kind", undefined],
    );
  });
});
