import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";

describe("GetAppTransaction", () => {
  for (const [transactionId, environment, appAppleId, version] of [
    ["310000000000102", "Production", "1480000002", "398"],
    ["2000000000010102", "Sandbox", undefined, "1.0"],
  ] as const) {
    it(`tells how a customer got the app, in ${environment}`, async () => {
      await using relay = await startRelay();
      const { status, json } = await relay.call("GetAppTransaction", { input: { transactionId, bundleId } });
      assert.equal(status, 200);
      const { environment: answered, appTransaction, signedAppTransaction } = Object(json);
      assert.deepEqual(
        [
          answered,
          appTransaction.receiptType,
          appTransaction.appAppleId,
          appTransaction.originalApplicationVersion,
          appTransaction.bundleId,
        ],
        [environment, environment, appAppleId, version, bundleId],
      );
      assert.match(appTransaction.originalPurchaseDate, /Z$/);
      const signedPayload = signedAppTransaction;
      const again = await relay.call("DecodeSignedPayload", { input: { signedPayload } });
      assert.equal(Object(again.json).kind, "appTransaction");
    });
  }

  it("finds the customer by the app transaction ID too", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "310000000000102", bundleId };
    const { appTransaction } = Object((await relay.call("GetAppTransaction", { input })).json);
    const transactionId = appTransaction.appTransactionId;
    const { status } = await relay.call("GetAppTransaction", { input: { ...input, transactionId } });
    assert.equal(status, 200);
  });

  it("says where Apple knows nothing of the download", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "310000000001001", bundleId: "com.example.harborkings" };
    const { status, error } = await relay.call("GetAppTransaction", { input });
    assert.deepEqual([status, error?.code, error?.upstream?.code], [404, "not_found", "4040019"]);
    assert.match(error?.message ?? "", /AppTransactionDoesNotExistError/);
    // Production knows the customer, so the sandbox is not asked.
    assert.equal(relay.simulator.requests.length, 1);
  });

  it("needs to know the Apple ID of the app in production, and says what is missing", async () => {
    await using relay = await startRelay();
    const known = relay.demo.vault["demo-in-app-purchase"];
    assert.ok(known);
    const { "app-apple-ids": _apps, ...tags } = known.tags;
    await relay.writeSecret("demo-in-app-purchase", { ...known, tags });
    const input = { transactionId: "310000000000102", bundleId };
    const { status, error } = await relay.call("GetAppTransaction", { input });
    assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    assert.match(error?.details?.[0]?.message ?? "", /The credential of its app has no app-apple-ids/);
    assert.match(error?.hint ?? "", /app-apple-ids/);
    const sandbox = { ...input, transactionId: "2000000000010102" };
    assert.equal((await relay.call("GetAppTransaction", { input: sandbox })).status, 200);
  });
});
