/** F5, F13 and F14: answers that are not what they should be. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fault } from "../../local/simulator/index.ts";
import { startRelay } from "../support/relay.ts";
import { skippingRuntime } from "./skipping-runtime.ts";

async function start() {
  const runtime = skippingRuntime();
  return Object.assign(await startRelay({ runtime, simulator: { runtime } }), { runtime });
}

const appId = "1480000001";
const always = Number.POSITIVE_INFINITY;
const reads = [
  ["GetApp", { input: { appId } }, "app-store-connect"],
  ["ListApps", {}, "app-store-connect"],
  ["LookUpApps", {}, "app-store-connect"],
  ["GetAdjustApp", { input: { appToken: "hk1ios2game3" } }, "adjust"],
  ["ListAdjustApps", {}, "adjust"],
] as const;

describe("F5: an answer that cannot be used", () => {
  // What breaks off may come whole the next time; what is wrong stays wrong and is asked for once.
  const faults: readonly [what: string, fault: Fault, attempts: number][] = [
    ["half of it", { kind: "truncated", contentLength: "wrong" }, 4],
    ["cut JSON", { kind: "truncated", contentLength: "right" }, 1],
    ["HTML with 200", { kind: "html" }, 1],
    ["nothing with 200", { kind: "empty" }, 1],
    ["204", { kind: "no-content" }, 1],
    ["text", { kind: "content-type", value: "text/plain" }, 1],
    ["a zip", { kind: "content-type", value: "application/zip" }, 1],
    ["no content type", { kind: "content-type", value: "" }, 1],
    ["JSON that is no document", { kind: "status", status: 200, body: 5 }, 1],
    ["an empty object", { kind: "status", status: 200, body: {} }, 1],
    ["null", { kind: "status", status: 200, body: null }, 1],
    ["a redirect", { kind: "redirect", status: 302, location: "http://127.0.0.1:9/" }, 1],
  ];
  for (const [what, fault, attempts] of faults) {
    for (const [operation, facts, source] of reads) {
      // An app at Adjust has no member that it must have, and a list of apps is bare.
      if (what === "an empty object" && operation === "GetAdjustApp") continue;
      it(`${what}: ${operation} is 502 bad_upstream_response`, async () => {
        await using relay = await start();
        relay.simulator.faults.add({ times: always, fault });
        const { status, error } = await relay.call(operation, facts);
        assert.deepEqual(
          [status, error?.code, error?.outcome, error?.source],
          [502, "bad_upstream_response", "none", source],
        );
        assert.equal(relay.simulator.requests.length, attempts);
      });
    }
  }

  it("half of it once is asked for again", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "truncated", contentLength: "wrong" } });
    const { status, json } = await relay.call("ListApps");
    assert.equal(status, 200);
    assert.equal(Object(json).value.length, 3);
  });

  it("keeps a refusal a refusal when its body is a page, cut or empty", async () => {
    await using relay = await start();
    for (const fault of [
      { kind: "status", status: 404, body: "<html>", headers: { "content-type": "text/html" } },
      { kind: "status", status: 404, body: '{"errors":[', headers: { "content-type": "application/json" } },
      { kind: "status", status: 404, body: "" },
    ] as const) {
      relay.simulator.faults.add({ fault });
      const { status, error } = await relay.call("GetApp", { input: { appId } });
      assert.deepEqual([status, error?.code, error?.upstream], [404, "not_found", { status: 404 }]);
    }
  });

  it("is passed on by a raw relay where HTTP itself is whole, and never cut", async () => {
    await using relay = await start();
    const path = { params: { path: `v1/apps/${appId}` } };
    relay.simulator.faults.add({ fault: { kind: "html" } });
    const html = await relay.call("RelayReadAppStoreConnect", path);
    assert.deepEqual([html.status, html.headers["content-type"]], [200, "text/html; charset=utf-8"]);
    assert.match(html.text, /^<!DOCTYPE html>/);
    relay.simulator.faults.add({ fault: { kind: "no-content" } });
    const none = await relay.call("RelayReadAppStoreConnect", path);
    assert.deepEqual([none.status, none.text], [204, ""]);
    relay.simulator.faults.add({ fault: { kind: "empty" } });
    const empty = await relay.call("RelayReadAppStoreConnect", path);
    assert.deepEqual([empty.status, empty.text], [200, ""]);
    relay.simulator.faults.add({ fault: { kind: "truncated", contentLength: "right" } });
    const cut = await relay.call("RelayReadAppStoreConnect", path);
    assert.deepEqual([cut.status, cut.headers["x-relay-error"]], [502, "bad_upstream_response"]);
    relay.simulator.faults.add({ fault: { kind: "redirect", status: 307, location: "/v1/apps" } });
    const redirect = await relay.call("RelayReadAppStoreConnect", path);
    assert.deepEqual([redirect.status, redirect.headers["x-relay-error"]], [502, "bad_upstream_response"]);
    assert.equal(redirect.headers.location, undefined);
  });

  it("of 204 to a write is success without a body", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "no-content", apply: true } });
    const input = { method: "DELETE", path: "v1/apps/1480000001", query: {} };
    const { status, json } = await relay.call("SendAppStoreConnectRequest", { input });
    assert.equal(status, 200);
    assert.deepEqual(json, { status: 204, headers: {} });
  });
});

describe("F13: fields that come, go and change", () => {
  it("new ones reach the flow as they are", async () => {
    await using relay = await start();
    relay.simulator.faults.add({
      times: 2,
      fault: { kind: "fields", add: { brandNew: { deep: [1] }, score: 5 } },
    });
    const { json } = await relay.call("GetApp", { input: { appId } });
    assert.deepEqual(
      [Object(json).brandNew, Object(json).score, Object(json).name],
      [{ deep: [1] }, 5, "Harbor Kings"],
    );
    const adjust = await relay.call("GetAdjustApp", { input: { appToken: "hk1ios2game3" } });
    assert.deepEqual(
      [Object(adjust.json).brandNew, Object(adjust.json).name],
      [{ deep: [1] }, "Harbor Kings"],
    );
  });

  it("missing ones break nothing", async () => {
    await using relay = await start();
    const remove = [
      "name",
      "sku",
      "bundleId",
      "meta",
      "links",
      "relationships",
      "token",
      "adjust_app_token",
      "platform",
    ];
    relay.simulator.faults.add({ times: always, fault: { kind: "fields", remove } });
    const { status, json } = await relay.call("ListApps");
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(Object(json)), ["value"]);
    assert.deepEqual(
      Object(json).value.map((app: { id: string }) => app.id),
      ["1480000001", "1480000002", "1480000003"],
    );
    const dropdown = await relay.call("LookUpApps");
    assert.deepEqual(Object(dropdown.json).value[0], { id: "1480000001", title: "1480000001" });
    const apps = await relay.call("ListAdjustApps");
    assert.deepEqual(Object(apps.json).value, [{}, {}, {}]);
    assert.deepEqual((await relay.call("LookUpAdjustApps")).json, { value: [] });
    const app = await relay.call("GetAdjustApp", { input: { appToken: "hk1ios2game3" } });
    assert.deepEqual([app.status, Object(app.json).storeId], [200, "1480000001"]);
  });

  it("all attributes missing leaves the id", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "fields", remove: ["attributes", "relationships"] } });
    assert.deepEqual((await relay.call("GetApp", { input: { appId } })).json, { id: appId });
  });

  it("values that are not known pass", async () => {
    await using relay = await start();
    const replace = { state: "QUANTUM", inAppPurchaseType: "HOLOGRAM", platform: "watch" };
    relay.simulator.faults.add({ times: always, fault: { kind: "fields", replace } });
    const { json } = await relay.call("ListInAppPurchases", { input: { appId, limit: 1 } });
    assert.deepEqual(
      [Object(json).value[0].state, Object(json).value[0].inAppPurchaseType],
      ["QUANTUM", "HOLOGRAM"],
    );
    const app = await relay.call("GetAdjustApp", { input: { appToken: "hk1ios2game3" } });
    assert.equal(Object(app.json).platform, "watch");
  });

  it("ids as numbers are text", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ times: always, fault: { kind: "fields", idsAsNumbers: true } });
    assert.equal(Object((await relay.call("GetApp", { input: { appId } })).json).id, appId);
    const { json } = await relay.call("ListInAppPurchases", { input: { appId: "1480000002" } });
    assert.deepEqual(
      Object(json).value.map(({ id }: { id: unknown }) => typeof id),
      Array(4).fill("string"),
    );
  });

  it("of another type than declared are left out or turned where nothing is lost", async () => {
    await using relay = await start();
    const replace = { name: 42, sku: { nested: true }, isOrEverWasMadeForKids: "yes" };
    relay.simulator.faults.add({ fault: { kind: "fields", replace } });
    const { json } = await relay.call("GetApp", { input: { appId } });
    assert.equal(Object(json).name, "42");
    assert.ok(!("sku" in Object(json)) && !("isOrEverWasMadeForKids" in Object(json)));
  });
});

describe("F14: pages without end", () => {
  it("that lead to themselves end a list", async () => {
    await using relay = await start();
    const fault = { kind: "next-link", to: "self-loop" } as const;
    // A first page has no cursor, so its own address is no next page.
    relay.simulator.faults.add({ fault });
    const first = await relay.call("ListApps", { input: { limit: 1 } });
    assert.deepEqual([first.status, first.error?.code], [502, "bad_upstream_response"]);
    const page = await relay.call("ListApps", { input: { limit: 1 } });
    const cursor = new URL(Object(page.json).nextLink).searchParams.get("cursor");
    relay.simulator.faults.add({ fault });
    const second = await relay.call("ListApps", { input: { limit: 1, cursor } });
    assert.deepEqual([second.status, second.error?.code], [502, "bad_upstream_response"]);
  });

  const circle = (relay: { simulator: { urls: { appStoreConnect: string } } }, cursor: string) =>
    ({
      kind: "next-link",
      to: { url: `${relay.simulator.urls.appStoreConnect}/v1/territories?cursor=${cursor}` },
    }) as const;
  const page = { kind: "status", status: 200, body: { data: [{ type: "territories", id: "USA" }] } } as const;

  it("that go round in a circle of three end a look-up", async () => {
    await using relay = await start();
    const steps = ["a", "b", "c", "a", "b", "c", "a"];
    for (const step of steps) {
      relay.simulator.faults.add({ fault: page });
      relay.simulator.faults.add({ fault: circle(relay, step) });
    }
    const { status, error } = await relay.call("LookUpTerritories");
    assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    assert.match(error?.message ?? "", /circles/);
    assert.equal(relay.simulator.requests.length, 4);
  });

  it("of one item each, 10,000 of them, end a look-up after some hundreds", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ times: always, fault: page });
    for (let step = 0; step < 600; step += 1)
      relay.simulator.faults.add({ fault: circle(relay, `page${step}`) });
    const { status, error } = await relay.call("LookUpTerritories");
    assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    assert.ok(relay.simulator.requests.length <= 502, String(relay.simulator.requests.length));
  });

  it("of 200 items each end a look-up as soon as a dropdown is full", async () => {
    await using relay = await start();
    const items = Array.from({ length: 200 }, (_, index) => ({ type: "territories", id: `T${index}` }));
    relay.simulator.faults.add({ times: always, fault: { ...page, body: { data: items } } });
    for (let step = 0; step < 60; step += 1)
      relay.simulator.faults.add({ fault: circle(relay, `page${step}`) });
    const { status, error } = await relay.call("LookUpTerritories");
    assert.deepEqual([status, error?.code], [422, "rejected"]);
    assert.match(error?.hint ?? "", /custom value/);
    assert.equal(relay.simulator.requests.length, 26);
  });

  it("at Adjust, 5,001 apps in one list, are too many for a dropdown", async () => {
    await using relay = await start();
    const apps = Array.from({ length: 5_001 }, (_, index) => ({ name: `App ${index}`, token: `t${index}` }));
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body: apps } });
    assert.equal((await relay.call("LookUpAdjustApps")).error?.code, "rejected");
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body: apps.slice(1) } });
    assert.equal(Object((await relay.call("LookUpAdjustApps")).json).value.length, 5_000);
  });
});
