/** Events in many apps: one table in a stable order, over several calls upstream of which some fail. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AdjustApp } from "../../local/simulator/world/adjust.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

interface Row {
  appToken: string;
  eventName: string;
  eventToken?: string;
  ok: boolean;
  details?: string;
}

const six = ["purchase", "registration", "level_10", "tutorial", "win", "ad click"].map((name) => ({ name }));

/** Forty apps of the quarter, put into the simulator's account. */
function launch({ simulator }: Relay): string[] {
  const [model] = simulator.world.adjust.apps;
  assert.ok(model);
  const tokens = Array.from({ length: 40 }, (_, index) => `launch${40 - index}`);
  simulator.world.adjust.apps.push(...tokens.map((token): AdjustApp => ({ ...model, token, events: [] })));
  return tokens;
}

async function send(relay: Relay, appTokens: readonly string[], events: readonly object[] = six) {
  const answer = await relay.call("CreateOrUpdateAdjustEvents", { input: { appTokens, events } });
  const table: { value: Row[]; hasFailures: boolean; successCount: number; failureCount: number } = Object(
    answer.json,
  );
  return { ...answer, ...table };
}

describe("CreateOrUpdateAdjustEvents", () => {
  it("answers 240 rows of 40 apps in the order given, in three calls", async () => {
    await using relay = await startRelay();
    const tokens = launch(relay);
    const { status, value, hasFailures, successCount, failureCount } = await send(relay, tokens);
    assert.deepEqual([status, hasFailures, successCount, failureCount], [200, false, 240, 0]);
    assert.deepEqual(
      value.map(({ appToken, eventName }) => [appToken, eventName]),
      tokens.flatMap((token) => six.map(({ name }) => [token, name])),
    );
    assert.equal(new Set(value.map(({ eventToken }) => eventToken)).size, 240);
    assert.ok(value.every(({ ok, details }) => ok && details === undefined));
    assert.equal(relay.simulator.requests.length, 3);
    const again = await send(relay, tokens);
    assert.deepEqual(again.value, value, "matched by name: the same tokens");
  });

  it("tells of each event that an app does not have, beside the others", async () => {
    await using relay = await startRelay();
    const { value, hasFailures, successCount, failureCount } = await send(
      relay,
      ["nobody", "hk1ios2game3"],
      [{ name: "purchase", unique: true }, { name: "win" }],
    );
    assert.deepEqual([hasFailures, successCount, failureCount], [true, 2, 2]);
    assert.deepEqual(value.slice(0, 3), [
      { appToken: "nobody", eventName: "purchase", ok: false, details: "App not found" },
      { appToken: "nobody", eventName: "win", ok: false, details: "App not found" },
      { appToken: "hk1ios2game3", eventName: "purchase", eventToken: "ev10001x", ok: true },
    ]);
    const app = relay.simulator.world.adjust.apps.find(({ token }) => token === "hk1ios2game3");
    assert.deepEqual(
      app?.events.map(({ name, unique }) => [name, unique]),
      [
        ["purchase", true],
        ["registration", false],
        ["win", false],
      ],
    );
  });

  it("keeps the rows of the other calls when one is refused", async () => {
    await using relay = await startRelay();
    const tokens = launch(relay);
    const fault = { kind: "status", status: 422, body: { detail: "no more events" } } as const;
    relay.simulator.faults.add({ skip: 1, times: 1, fault });
    const { status, value, successCount, failureCount } = await send(relay, tokens);
    // 16 apps fit into one call: the second call was about apps 17 to 32.
    assert.deepEqual([status, successCount, failureCount], [200, 144, 96]);
    assert.deepEqual(
      value.map(({ ok }) => ok),
      tokens.flatMap((_token, index) => six.map(() => index < 16 || index >= 32)),
    );
    assert.match(value.find(({ ok }) => !ok)?.details ?? "", /no more events/);
  });

  it("asks no further where the next call would fare no better, and still answers what was done", async () => {
    for (const status of [401, 403]) {
      await using relay = await startRelay();
      const tokens = launch(relay);
      relay.simulator.faults.add({ skip: 1, times: 9, fault: { kind: "status", status } });
      const { value, successCount } = await send(relay, tokens);
      assert.deepEqual([value.length, successCount], [240, 96]);
      // A 401 is tried once more with a fresh token.
      assert.equal(relay.simulator.requests.length, status === 401 ? 3 : 2);
    }
  });

  it("is the error itself where no call was carried out", async () => {
    for (const [status, code] of [
      [422, "rejected"],
      [403, "upstream_forbidden"],
      [503, "upstream_unavailable"],
    ] as const) {
      await using relay = await startRelay({ runtime: skippingRuntime() });
      relay.simulator.faults.add({ times: 99, fault: { kind: "status", status } });
      const answer = await send(relay, launch(relay));
      assert.deepEqual([answer.error?.code, answer.error?.outcome], [code, "none"]);
    }
  });

  it("splits by events too where there are very many", async () => {
    await using relay = await startRelay();
    const events = Array.from({ length: 130 }, (_, index) => ({ name: `event ${index}` }));
    const { value, successCount } = await send(relay, ["hk1ios2game3", "hk9and8game7"], events);
    assert.equal(successCount, 260);
    assert.equal(value[130]?.appToken, "hk9and8game7");
    // 100 events of each app, then the other 30 of both.
    assert.equal(relay.simulator.requests.length, 3);
  });

  it("makes nothing up: what the answer leaves out is not OK, and a failure of a whole app is each event's", async () => {
    await using relay = await startRelay();
    const body = {
      successes: [{ app_token: "a", event: { name: "win", token: 123 } }, "junk", { app_token: "a" }],
      failures: [{ app_token: "b", details: { code: 7 } }, null],
    };
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
    const { value } = await send(relay, ["a", "b"], [{ name: "win" }, { name: "buy" }]);
    assert.deepEqual(value, [
      { appToken: "a", eventName: "win", eventToken: "123", ok: true },
      { appToken: "a", eventName: "buy", ok: false, details: "Adjust's answer does not mention this event." },
      { appToken: "b", eventName: "win", ok: false, details: '{"code":7}' },
      { appToken: "b", eventName: "buy", ok: false, details: '{"code":7}' },
    ]);
  });
});
