/** F1 and F2: services that are busy or fail. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RetryAfter } from "../../local/simulator/index.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { type SkippingRuntime, skippingRuntime } from "./skipping-runtime.ts";

async function start(): Promise<Relay & { runtime: SkippingRuntime }> {
  const runtime = skippingRuntime();
  return Object.assign(await startRelay({ runtime, simulator: { runtime } }), { runtime });
}

const appId = "1480000001";
const getApp = { input: { appId } };
const rename = {
  method: "PATCH",
  path: "v2/inAppPurchases/6700000001",
  body: { data: { type: "inAppPurchases", id: "6700000001", attributes: { name: "Renamed" } } },
};
const nameOf = (relay: Relay) =>
  relay.simulator.world.appStoreConnect.resources.get("inAppPurchases", "6700000001")?.attributes.name;
const rawPath = { params: { path: `v1/apps/${appId}` } };
const always = Number.POSITIVE_INFINITY;

describe("F1: a 429 that asks to wait within the deadline", () => {
  const forms: readonly [
    what: string,
    retryAfter: RetryAfter | undefined,
    atLeast: number,
    atMost: number,
  ][] = [
    ["in seconds", { seconds: 7 }, 7_000, 7_500],
    // Whole seconds of a date lose up to one, the way there takes a moment.
    ["as an HTTP date", { httpDate: 7 }, 5_500, 7_500],
    ["in UNIX milliseconds", { unixMilliseconds: 7 }, 6_500, 7_500],
    ["for 0 seconds", { seconds: 0 }, 1, 500],
    ["until a moment that has passed", { httpDate: -60 }, 1, 500],
    ["in junk", { raw: "soon" }, 1, 500],
    ["in scientific notation", { raw: "1e9" }, 1, 500],
    ["for minus five", { raw: "-5" }, 1, 500],
    ["not at all", undefined, 1, 500],
  ];
  for (const [what, retryAfter, atLeast, atMost] of forms) {
    it(`${what} is waited for, for reads and for writes`, async () => {
      await using relay = await start();
      const fault = { kind: "status", status: 429, ...(retryAfter && { retryAfter }) } as const;
      relay.simulator.faults.add({ fault });
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
      const [waited = 0] = relay.runtime.slept;
      assert.ok(waited >= atLeast && waited <= atMost, `${waited} ms`);
      assert.equal(relay.simulator.requests.length, 2);
      relay.simulator.faults.add({ fault });
      assert.equal((await relay.call("SendAppStoreConnectRequest", { input: rename })).status, 200);
      assert.equal(nameOf(relay), "Renamed");
      assert.deepEqual(
        relay.simulator.requests.map(({ method }) => method),
        ["GET", "GET", "PATCH", "PATCH"],
      );
    });
  }
});

describe("F1: a 429 that asks to wait past the deadline", () => {
  const forms: readonly [what: string, retryAfter: RetryAfter, seconds: [number, number], raw: RegExp][] = [
    ["in seconds", { seconds: 600 }, [600, 600], /^600$/],
    ["as an HTTP date", { httpDate: 600 }, [598, 600], / GMT$/],
    ["in UNIX milliseconds", { unixMilliseconds: 600 }, [599, 600], /^\d{13}$/],
    ["for 1e9 seconds", { seconds: 1e9 }, [3_600, 3_600], /^1000000000$/],
  ];
  for (const [what, retryAfter, [least, most], raw] of forms) {
    it(`${what} is answered at once, in whole seconds, and raw as it came`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ times: 2, fault: { kind: "status", status: 429, retryAfter } });
      const { status, headers, error } = await relay.call("GetApp", getApp);
      assert.equal(status, 429);
      assert.deepEqual(
        [error?.code, error?.retryable, error?.outcome, error?.source],
        ["rate_limited", true, "none", "app-store-connect"],
      );
      assert.match(headers["retry-after"] ?? "", /^\d+$/);
      const seconds = Number(headers["retry-after"]);
      assert.ok(seconds >= least && seconds <= most, headers["retry-after"]);
      assert.equal(relay.simulator.requests.length, 1);
      assert.deepEqual(relay.runtime.slept, []);

      relay.runtime.advance(10_000);
      const passed = await relay.call("RelayReadAppStoreConnect", rawPath);
      assert.equal(passed.status, 429);
      assert.match(passed.headers["retry-after"] ?? "", raw);
      assert.equal(passed.headers["x-relay-error"], undefined);
      assert.equal(relay.simulator.requests.length, 2);
    });
  }

  it("holds the next callers of the endpoint back for ten seconds, then one asks again", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "status", status: 429, retryAfter: { seconds: 200 } } });
    await relay.call("GetApp", getApp);
    // Elsewhere nothing was said.
    assert.equal((await relay.call("ListTerritories")).status, 200);
    assert.deepEqual(relay.runtime.slept, []);
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    const [waited = 0] = relay.runtime.slept;
    assert.ok(waited > 9_000 && waited <= 10_000, `${waited} ms`);
  });

  it("is our own failure on a raw relay whose deadline is nearer than the next attempt", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "status", status: 429, retryAfter: { seconds: 200 } } });
    await relay.call("RelayReadAppStoreConnect", rawPath);
    const { status, headers, error } = await relay.call("RelayReadAppStoreConnect", {
      ...rawPath,
      deadlineMs: 5_000,
    });
    assert.deepEqual([status, headers["x-relay-error"], error?.code], [429, "rate_limited", "rate_limited"]);
    assert.match(headers["retry-after"] ?? "", /^\d+$/);
  });

  it("stands after four attempts too", async () => {
    await using relay = await start();
    relay.simulator.faults.add({
      times: always,
      fault: { kind: "status", status: 429, retryAfter: { seconds: 2 } },
    });
    const { status, headers, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code, headers["retry-after"]], [429, "rate_limited", "2"]);
    assert.equal(relay.simulator.requests.length, 4);
  });

  it("of the App Store Server API, in milliseconds, is whole seconds to a flow", async () => {
    await using relay = await start();
    relay.simulator.faults.add({
      fault: { kind: "status", status: 429, retryAfter: { unixMilliseconds: 900 } },
    });
    const input = {
      method: "GET",
      path: "inApps/v1/subscriptions/300000000000001",
      bundleId: "com.example.stillwater",
    };
    const { status, headers, error } = await relay.call("SendAppStoreServerRequest", { input });
    assert.deepEqual([status, error?.code, error?.source], [429, "rate_limited", "app-store-server"]);
    assert.ok(Number(headers["retry-after"]) >= 899 && Number(headers["retry-after"]) <= 900);
  });
});

describe("Budgets of the services", () => {
  it("are kept: a burst past the budget of a minute never meets a 429", async () => {
    await using relay = await start();
    relay.simulator.world.appStoreConnect.limits = { hour: 3_500, minute: 5, repeatHeader: true };
    for (let call = 0; call < 12; call += 1) {
      const input = {
        ...rename,
        body: { data: { ...rename.body.data, attributes: { name: `Name ${call}` } } },
      };
      assert.equal((await relay.call("SendAppStoreConnectRequest", { input })).status, 200);
    }
    assert.equal(nameOf(relay), "Name 11");
    assert.deepEqual(
      relay.simulator.requests.map(({ status }) => status),
      Array.from({ length: 12 }, () => 200),
    );
    assert.ok(relay.runtime.slept.length > 0);
  });

  it("that are used up for longer than a call may take are told at once", async () => {
    await using relay = await start();
    relay.simulator.world.appStoreConnect.limits = { hour: 3, minute: 250, repeatHeader: false };
    for (let call = 0; call < 3; call += 1) assert.equal((await relay.call("GetApp", getApp)).status, 200);
    const { status, error, headers } = await relay.call("ListApps");
    assert.deepEqual([status, error?.code], [429, "rate_limited"]);
    assert.ok(Number(headers["retry-after"]) > 60);
    assert.equal(relay.simulator.requests.length, 3);
  });
});

describe("F2: a service that fails", () => {
  for (const status of [500, 502, 503, 504, 408]) {
    it(`with ${status} once is asked again for a read`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ fault: { kind: "status", status } });
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
      assert.deepEqual(
        relay.simulator.requests.map((request) => request.status),
        [status, 200],
      );
      assert.deepEqual(relay.runtime.slept, [250]);
    });

    it(`with ${status} on and on is asked four times, and the last failure stands`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ times: always, fault: { kind: "status", status } });
      const { status: answered, error } = await relay.call("GetApp", getApp);
      assert.deepEqual(
        [answered, error?.code, error?.upstream?.status, error?.retryable, error?.outcome],
        [502, "upstream_unavailable", status, true, "none"],
      );
      assert.equal(relay.simulator.requests.length, 4);
      assert.deepEqual(relay.runtime.slept, [250, 500, 1_000]);
    });

    it(`with ${status} is passed on by a raw relay after four reads, as it came`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({
        times: always,
        fault: { kind: "status", status, body: `failure ${status}` },
      });
      const { status: passed, text, headers } = await relay.call("RelayReadAppStoreConnect", rawPath);
      assert.deepEqual([passed, text, headers["content-type"]], [status, `failure ${status}`, "text/plain"]);
      assert.equal(headers["x-relay-error"], undefined);
      assert.equal(relay.simulator.requests.length, 4);
    });

    it(`with ${status} is not asked again for a write, whose outcome is then unknown`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ fault: { kind: "status", status } });
      const { status: answered, error } = await relay.call("SendAppStoreConnectRequest", { input: rename });
      assert.deepEqual(
        [answered, error?.code, error?.outcome, error?.retryable, error?.upstream?.status],
        [409, "outcome_unknown", "unknown", false, status],
      );
      assert.match(error?.hint ?? "", /Read back/);
      assert.equal(relay.simulator.requests.length, 1);
      assert.deepEqual(relay.runtime.slept, []);
    });
  }

  it("differently each time is reported by its last failure", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "status", status: 503 } });
    relay.simulator.faults.add({ fault: { kind: "reset", at: "before-headers" } });
    relay.simulator.faults.add({ fault: { kind: "status", status: 500 } });
    relay.simulator.faults.add({ fault: { kind: "truncated", contentLength: "wrong" } });
    const { status, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    assert.equal(relay.simulator.requests.length, 4);
  });

  it("is asked again on every page of a look-up", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ skip: 1, fault: { kind: "status", status: 503 } });
    relay.simulator.world.appStoreConnect.limits = { hour: 3_500, minute: 250, repeatHeader: false };
    const { status, json } = await relay.call("LookUpTerritories");
    assert.equal(status, 200);
    assert.equal(Object(json).value.length, 175);
  });

  it("asking to come back within the deadline is left alone until then", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "status", status: 503, retryAfter: { seconds: 30 } } });
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    assert.deepEqual(relay.runtime.slept, [30_250]);
  });

  it("asking to come back past the deadline is not asked again", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "status", status: 503, retryAfter: { seconds: 96 } } });
    const { status, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code], [502, "upstream_unavailable"]);
    assert.equal(relay.simulator.requests.length, 1);
  });

  it("is waited for no longer than the deadline allows", async () => {
    await using relay = await start();
    relay.simulator.faults.add({
      times: always,
      fault: { kind: "status", status: 503, retryAfter: { seconds: 40 } },
    });
    const before = relay.runtime.now();
    const { status, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code], [502, "upstream_unavailable"]);
    assert.equal(relay.simulator.requests.length, 3);
    assert.ok(relay.runtime.now() - before < 95_000);
  });

  it("at Adjust is reported as Adjust", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ times: always, service: "adjust", fault: { kind: "status", status: 500 } });
    const { error } = await relay.call("ListAdjustApps");
    assert.deepEqual(
      [error?.source, error?.code, error?.upstream?.message],
      ["adjust", "upstream_unavailable", "Internal server error"],
    );
  });
});
