import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

describe("ListRefunds", () => {
  for (const [environment, first, total, calls] of [
    ["Production", 310000000001001, 45, 3],
    ["Sandbox", 2000000000011001, 21, 3],
  ] as const) {
    it(`lists what was refunded in ${environment}, the oldest refund first`, async () => {
      await using relay = await startRelay();
      // The last purchase was not refunded, and leads to the customer all the same.
      const transactionId = String(first + total + 1);
      const input = { transactionId, bundleId: "com.example.harborkings", limit: 200 };
      const { status, json } = await relay.call("ListRefunds", { input });
      assert.equal(status, 200);
      const { value, revision, ...rest } = Object(json);
      assert.deepEqual(rest, { environment });
      assert.deepEqual(
        value.map((row: Record<string, unknown>) => row.transactionId),
        Array.from({ length: total }, (_, index) => String(first + index)),
      );
      const dates: string[] = value.map((row: Record<string, unknown>) => row.revocationDate);
      assert.deepEqual(dates, [...dates].sort());
      assert.equal(relay.simulator.requests.length, calls);
      const later = await relay.call("ListRefunds", { input: { ...input, revision } });
      assert.deepEqual(Object(later.json).value, []);
    });
  }

  it("answers no row where nothing was refunded", async () => {
    await using relay = await startRelay();
    const input = { transactionId: "300000000000001", bundleId: "com.example.stillwater" };
    const { status, json } = await relay.call("ListRefunds", { input });
    assert.deepEqual([status, Object(json).value, Object(json).nextLink], [200, [], undefined]);
  });
});
