import assert from "node:assert/strict";
import { describe, it } from "node:test";
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

describe("A mass extension", () => {
  for (const [environment, productId] of [
    ["Production", "com.example.stillwater.plus.yearly"],
    ["Sandbox", "com.example.stillwater.plus.monthly"],
  ] as const) {
    it(`is asked for and watched in ${environment}`, async () => {
      await using relay = await startRelay();
      const input = { bundleId, environment, productId, ...facts, confirm: true };
      const { status, json } = await relay.call("MassExtendRenewalDates", { input });
      assert.deepEqual([status, json], [200, { environment, requestIdentifier: "a-1" }]);
      const asked = { bundleId, environment, productId, requestIdentifier: "a-1" };
      const first = await relay.call("GetMassExtensionStatus", { input: asked });
      assert.deepEqual(first.json, { environment, requestIdentifier: "a-1", complete: false });
      const { completeDate, ...rest } = Object(
        (await relay.call("GetMassExtensionStatus", { input: asked })).json,
      );
      assert.match(completeDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const counts = { succeededCount: 2, failedCount: 1 };
      assert.deepEqual(rest, { environment, requestIdentifier: "a-1", complete: true, ...counts });
    });
  }

  const input = {
    bundleId,
    environment: "Production",
    productId: "com.example.stillwater.plus.yearly",
    ...facts,
    confirm: true,
  };

  it("is sent again after a passing fault: the request identifier makes it one", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "status", status: 500 } });
    assert.equal((await relay.call("MassExtendRenewalDates", { input })).status, 200);
    assert.equal(relay.simulator.world.appStoreServer.production.writes.massExtensions.size, 1);
  });

  for (const [field, value] of [
    ["confirm", false],
    ["environment", "Auto"],
    ["environment", ""],
    ["storefrontCountryCodes", ["usa"]],
  ] as const) {
    it(`is refused with ${field} ${JSON.stringify(value)} before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("MassExtendRenewalDates", {
        input: { ...input, [field]: value },
      });
      assert.equal(status, 400);
      assert.ok(error?.details?.[0]?.field.startsWith(field), JSON.stringify(error?.details));
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("that nobody asked for is not found, and of another product is refused", async () => {
    await using relay = await startRelay();
    const { bundleId, environment, productId } = input;
    const asked = { bundleId, environment, productId, requestIdentifier: "b" };
    const status = await relay.call("GetMassExtensionStatus", { input: asked });
    assert.deepEqual([status.status, status.error?.upstream?.code], [404, "4040009"]);
    const other = await relay.call("MassExtendRenewalDates", { input: { ...input, productId: "other" } });
    assert.deepEqual([other.status, other.error?.upstream?.code], [422, "4000023"]);
  });
});
