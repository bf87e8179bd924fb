import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

const realtimeURL = "https://shop.example/retention";

describe("The retention messaging URL", () => {
  for (const environment of ["Production", "Sandbox"]) {
    it(`is set, read and deleted in ${environment}`, async () => {
      await using relay = await startRelay();
      const input = { bundleId: "com.example.stillwater", environment };
      const none = await relay.call("GetRealtimeUrl", { input });
      assert.deepEqual([none.status, none.error?.upstream?.code], [404, "4040021"]);
      const set = await relay.call("SetRealtimeUrl", { input: { ...input, realtimeURL } });
      assert.deepEqual([set.status, set.json], [200, { environment }]);
      assert.deepEqual((await relay.call("GetRealtimeUrl", { input })).json, { environment, realtimeURL });
      assert.deepEqual((await relay.call("DeleteRealtimeUrl", { input })).json, { environment });
      assert.equal((await relay.call("GetRealtimeUrl", { input })).status, 404);
    });
  }

  it("needs an environment and https", async () => {
    await using relay = await startRelay();
    const input = { bundleId: "com.example.stillwater", realtimeURL: "http://shop.example" };
    const { status, error } = await relay.call("SetRealtimeUrl", { input });
    assert.equal(status, 400);
    assert.deepEqual(error?.details?.map(({ field }) => field).sort(), ["environment", "realtimeURL"]);
    assert.equal(relay.simulator.requests.length, 0);
  });
});
