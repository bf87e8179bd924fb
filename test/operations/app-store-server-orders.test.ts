import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const bundleId = "com.example.harborkings";

describe("LookUpOrder", () => {
  it("answers what was bought with an order", async () => {
    await using relay = await startRelay();
    const { status, json } = await relay.call("LookUpOrder", { input: { orderId: "MHK0001001", bundleId } });
    assert.equal(status, 200);
    const { value, ...rest } = Object(json);
    assert.deepEqual(rest, { environment: "Production", found: true, status: 0, statusText: "Valid" });
    assert.deepEqual(
      value.map((row: Record<string, unknown>) => [row.transactionId, row.price, row.revocationReasonText]),
      [
        ["310000000001001", "0.990", "Refunded for another reason"],
        ["310000000001002", "1.990", "Refunded for an issue with the app"],
        ["310000000001003", "2.990", "Refunded for another reason"],
      ],
    );
    const signedPayload = value[0].signedTransaction;
    const again = await relay.call("DecodeSignedPayload", { input: { signedPayload } });
    assert.deepEqual({ ...Object(again.json).payload, signedTransaction: signedPayload }, value[0]);
  });

  for (const [what, orderId] of [
    ["nobody knows", "MNOBODY001"],
    ["is of another app", "MSW0000101"],
  ]) {
    it(`says of an order that ${what} that it is not valid`, async () => {
      await using relay = await startRelay();
      const { status, json } = await relay.call("LookUpOrder", { input: { orderId, bundleId } });
      const answer = { environment: "Production", found: false, status: 1, statusText: "Invalid", value: [] };
      assert.deepEqual([status, json], [200, answer]);
    });
  }

  it("asks production alone, and takes no environment", async () => {
    await using relay = await startRelay();
    const input = { orderId: "MHK0001001", bundleId };
    await relay.call("LookUpOrder", { input });
    assert.deepEqual(
      relay.simulator.requests.map(({ service, url }) => [service, url]),
      [["appStoreServer", "/inApps/v1/lookup/MHK0001001"]],
    );
    const { status, error } = await relay.call("LookUpOrder", { input, query: { environment: "Sandbox" } });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "environment"]);
  });

  it("passes a status that nobody knows", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "fields", replace: { status: 2 } } });
    const { json } = await relay.call("LookUpOrder", { input: { orderId: "MHK0001001", bundleId } });
    const { value, ...rest } = Object(json);
    assert.deepEqual([rest, value.length], [{ environment: "Production", found: false, status: 2 }, 3]);
  });

  for (const orderId of ["M-1", "M 1", "../lookup", "M".repeat(65)]) {
    it(`refuses ${orderId.slice(0, 12)} as an order ID before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("LookUpOrder", { input: { orderId, bundleId } });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, "orderId"]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("refuses a list of another form", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "fields", replace: { signedTransactions: "one" } } });
    const { status, error } = await relay.call("LookUpOrder", { input: { orderId: "MHK0001001", bundleId } });
    assert.deepEqual(
      [status, error?.code, error?.details?.[0]?.field],
      [502, "bad_upstream_response", "signedTransactions"],
    );
  });
});
