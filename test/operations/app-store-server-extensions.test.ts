import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const yearly = "300000000000001";
const day = 86_400_000;
const facts = { extendByDays: 30, extendReasonCode: "CustomerSatisfaction", requestIdentifier: "a-1" };

describe("ExtendRenewalDate", () => {
  it("puts off the renewal and answers its new date as ISO 8601", async () => {
    await using relay = await startRelay();
    const { production } = relay.simulator.world.appStoreServer;
    const latest = production.transactions[1];
    const before = latest?.expiresDate ?? assert.fail();
    const input = { originalTransactionId: yearly, bundleId, ...facts };
    const { status, json } = await relay.call("ExtendRenewalDate", { input });
    assert.equal(status, 200);
    assert.deepEqual(json, {
      originalTransactionId: yearly,
      webOrderLineItemId: "0",
      success: true,
      effectiveDate: new Date(before + 30 * day).toISOString(),
      environment: "Production",
    });
    assert.deepEqual(JSON.parse(relay.simulator.requests[0]?.body.toString() ?? ""), {
      extendByDays: 30,
      extendReasonCode: 1,
      requestIdentifier: "a-1",
    });
  });

  it("finds a subscription of the sandbox", async () => {
    await using relay = await startRelay();
    const input = { originalTransactionId: "2000000000000001", bundleId, ...facts };
    assert.equal(Object((await relay.call("ExtendRenewalDate", { input })).json).environment, "Sandbox");
  });

  it("names the original transaction that neither environment knows", async () => {
    await using relay = await startRelay();
    const input = { originalTransactionId: "300000000009999", bundleId, ...facts };
    const { status, error } = await relay.call("ExtendRenewalDate", { input });
    assert.deepEqual([status, error?.code, error?.upstream?.code], [404, "not_found", "4040005"]);
    assert.match(error?.details?.[0]?.message ?? "", /production answered 404, the sandbox 404/);
    assert.equal(relay.simulator.requests.length, 2);
  });

  it("is refused the third time within a year, with what that means", async () => {
    await using relay = await startRelay();
    const input = { originalTransactionId: yearly, bundleId, ...facts };
    for (let time = 0; time < 2; time += 1)
      assert.equal((await relay.call("ExtendRenewalDate", { input })).status, 200);
    const { status, error } = await relay.call("ExtendRenewalDate", { input });
    assert.deepEqual([status, error?.upstream?.code], [403, "4030005"]);
    assert.match(error?.hint ?? "", /twice within 365 days/);
  });

  it("of a subscription that is over is refused", async () => {
    await using relay = await startRelay();
    const input = { originalTransactionId: "300000000002001", bundleId, ...facts };
    assert.equal((await relay.call("ExtendRenewalDate", { input })).error?.upstream?.code, "4030004");
  });

  it("is not sent again when nobody knows what became of it: the days would be given twice", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "status", status: 500 } });
    const input = { originalTransactionId: yearly, bundleId, ...facts };
    const { status, error } = await relay.call("ExtendRenewalDate", { input });
    assert.deepEqual([status, error?.code, error?.retryable], [409, "outcome_unknown", false]);
    assert.equal(relay.simulator.requests.length, 1);
  });

  it("does not promise that a second request of the same name does nothing", async () => {
    const said = (id: string) => {
      const operation = catalogue.find((known) => known.id === id);
      assert.ok(operation && operation.kind !== "raw");
      return Object(operation.input.properties.requestIdentifier).description;
    };
    assert.doesNotMatch(said("ExtendRenewalDate"), /twice/);
    assert.match(said("MassExtendRenewalDates"), /nothing twice/);
    await using relay = await startRelay();
    const input = { originalTransactionId: yearly, bundleId, ...facts };
    const [first, second] = [
      await relay.call("ExtendRenewalDate", { input }),
      await relay.call("ExtendRenewalDate", { input }),
    ].map(({ json }) => Date.parse(Object(json).effectiveDate));
    assert.equal(Number(second) - Number(first), 30 * day);
  });

  for (const [field, value] of [
    ["extendByDays", 91],
    ["extendByDays", 0],
    ["extendReasonCode", "3"],
    ["requestIdentifier", ".."],
  ] as const) {
    it(`refuses ${field} ${value} before anything is sent`, async () => {
      await using relay = await startRelay();
      const input = { originalTransactionId: yearly, bundleId, ...facts, [field]: value };
      const { status, error } = await relay.call("ExtendRenewalDate", { input });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, field]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});
