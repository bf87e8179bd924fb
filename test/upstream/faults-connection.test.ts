/** F3 and F4: services that cannot be reached, and connections that break. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import net, { type AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { Agent } from "undici";
import { createClient } from "../../functions/upstream/client.ts";
import { UpstreamFailure } from "../../functions/upstream/failure.ts";
import { createCertificate } from "../support/certificate.ts";
import { type Relay, type RelayOptions, startRelay } from "../support/relay.ts";
import { type SkippingRuntime, skippingRuntime } from "./skipping-runtime.ts";

async function start(options: RelayOptions = {}): Promise<Relay & { runtime: SkippingRuntime }> {
  const runtime = skippingRuntime();
  return Object.assign(await startRelay({ runtime, simulator: { runtime }, ...options }), { runtime });
}

const appId = "1480000001";
const getApp = { input: { appId } };
const purchaseId = "6700000001";
const change = { data: { type: "inAppPurchases", id: purchaseId, attributes: { name: "Renamed" } } };
const rename = { input: { method: "PATCH", path: `v2/inAppPurchases/${purchaseId}`, body: change } };
const rawRename = { method: "PATCH", params: { path: `v2/inAppPurchases/${purchaseId}` }, body: change };
const rawPath = { params: { path: `v1/apps/${appId}` } };
const nameOf = (relay: Relay) =>
  relay.simulator.world.appStoreConnect.resources.get("inAppPurchases", purchaseId)?.attributes.name;

/** A port of this machine that nobody listens on. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("F3: a service that cannot be reached", () => {
  it("because nobody listens is tried four times, also for writes, and nothing was changed", async () => {
    const origin = `http://127.0.0.1:${await freePort()}`;
    await using relay = await start({ origins: { "app-store-connect": origin } });
    for (const answer of [
      await relay.call("GetApp", getApp),
      await relay.call("SendAppStoreConnectRequest", rename),
    ]) {
      assert.equal(answer.status, 502);
      assert.deepEqual(
        [answer.error?.code, answer.error?.outcome, answer.error?.retryable, answer.error?.source],
        ["upstream_unavailable", "none", true, "app-store-connect"],
      );
      assert.match(answer.error?.message ?? "", /ECONNREFUSED/);
    }
    assert.equal(relay.runtime.slept.length, 6);
    for (const answer of [
      await relay.call("RelayReadAppStoreConnect", rawPath),
      await relay.call("RelayWriteAppStoreConnect", rawRename),
    ]) {
      assert.deepEqual(
        [answer.status, answer.headers["x-relay-error"], answer.error?.outcome],
        [502, "upstream_unavailable", "none"],
      );
    }
  });

  it("because its name is not known is tried four times", async () => {
    let lookUps = 0;
    const dispatcher = new Agent({
      connect: {
        lookup: (hostname, _options, callback) => {
          lookUps += 1;
          callback(
            Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: "ENOTFOUND" }),
            "",
            4,
          );
        },
      },
    });
    await using relay = await start({
      origins: { "app-store-connect": "http://unknown.invalid" },
      client: createClient(dispatcher),
    });
    const { status, error } = await relay.call("GetApp", getApp);
    assert.deepEqual([status, error?.code, error?.outcome], [502, "upstream_unavailable", "none"]);
    assert.match(error?.message ?? "", /ENOTFOUND/);
    assert.ok(!error?.message.includes("unknown.invalid"));
    assert.equal(lookUps, 4);
    await dispatcher.close();
  });

  it("because its certificate is nobody's is not sent a token", async () => {
    const { certificate, privateKey } = createCertificate();
    let requests = 0;
    const server = createServer({ cert: certificate, key: privateKey }, (_request, response) => {
      requests += 1;
      response.end("{}");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      await using relay = await start({ origins: { adjust: `https://127.0.0.1:${port}` } });
      const read = await relay.call("ListAdjustApps");
      assert.deepEqual(
        [read.status, read.error?.code, read.error?.source],
        [502, "upstream_unavailable", "adjust"],
      );
      assert.match(read.error?.message ?? "", /SELF_SIGNED|SELF-SIGNED|CERT/);
      const write = await relay.call("SendAdjustRequest", {
        input: { method: "POST", path: "app-automation/app", body: { name: "A" } },
      });
      assert.deepEqual([write.status, write.error?.outcome], [502, "none"]);
      assert.equal(requests, 0);
    } finally {
      server.close();
    }
  });

  it("uses up no budget, so that the first call after it came back goes through", async () => {
    const client = createClient(new Agent());
    let down = false;
    await using relay = await start({
      client: (attempt) => {
        if (down) throw new UpstreamFailure("unreachable", "It is down.", { sent: false });
        return client(attempt);
      },
    });
    relay.simulator.world.appStoreConnect.limits = { hour: 5, minute: 250, repeatHeader: false };
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    down = true;
    for (let call = 0; call < 3; call += 1) {
      assert.equal((await relay.call("GetApp", getApp)).error?.code, "upstream_unavailable");
    }
    down = false;
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
  });
});

describe("F4: a connection that breaks", () => {
  for (const at of ["before-headers", "after-headers", "mid-body"] as const) {
    it(`${at} once is made again for a read`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ fault: { kind: "reset", at } });
      assert.equal((await relay.call("GetApp", getApp)).status, 200);
      assert.equal(relay.simulator.requests.length, 2);
    });

    it(`${at} on and on is a typed error after four attempts, never part of an answer`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ times: Number.POSITIVE_INFINITY, fault: { kind: "reset", at } });
      const code = at === "before-headers" ? "upstream_unavailable" : "bad_upstream_response";
      const read = await relay.call("GetApp", getApp);
      assert.deepEqual([read.status, read.error?.code, read.error?.outcome], [502, code, "none"]);
      assert.equal(relay.simulator.requests.length, 4);
      const raw = await relay.call("RelayReadAppStoreConnect", rawPath);
      assert.deepEqual([raw.status, raw.error?.code, raw.headers["x-relay-error"]], [502, code, code]);
      assert.equal(relay.simulator.requests.length, 8);
    });

    it(`${at} under a write leaves its outcome unknown: 409 to a flow, 502 raw, sent once`, async () => {
      await using relay = await start();
      relay.simulator.faults.add({ times: 2, fault: { kind: "reset", at } });
      const typed = await relay.call("SendAppStoreConnectRequest", rename);
      assert.deepEqual(
        [typed.status, typed.error?.code, typed.error?.outcome, typed.error?.retryable],
        [409, "outcome_unknown", "unknown", false],
      );
      assert.equal(relay.simulator.requests.length, 1);
      const raw = await relay.call("RelayWriteAppStoreConnect", rawRename);
      assert.deepEqual([raw.status, raw.error?.outcome, raw.error?.retryable], [502, "unknown", false]);
      assert.equal(raw.headers["x-relay-error"], raw.error?.code);
      assert.equal(relay.simulator.requests.length, 2);
    });
  }

  it("mid body of a stream breaks the stream, so that half is not taken for all", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "content-type", value: "text/csv" } });
    relay.simulator.faults.add({ fault: { kind: "reset", at: "mid-body" } });
    const { status, broken, text } = await relay.call("RelayReadAppStoreConnect", rawPath);
    assert.equal(status, 200);
    assert.ok(broken instanceof Error);
    assert.ok(text.length > 0);
  });

  it("leaves nothing behind: the next call works, and no socket stays busy", async () => {
    await using relay = await start();
    for (const at of ["before-headers", "after-headers", "mid-body"] as const) {
      relay.simulator.faults.add({ times: 4, fault: { kind: "reset", at } });
      await relay.call("GetApp", getApp);
    }
    assert.equal((await relay.call("GetApp", getApp)).status, 200);
    assert.equal(relay.simulator.openSockets("appStoreConnect"), 1);
  });
});

describe("F6: a write that was applied, and its answer lost", () => {
  it("has one effect and an unknown outcome", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "applied-then-lost" } });
    const { status, error } = await relay.call("SendAppStoreConnectRequest", rename);
    assert.deepEqual(
      [status, error?.code, error?.outcome, error?.retryable],
      [409, "outcome_unknown", "unknown", false],
    );
    assert.match(error?.hint ?? "", /Read back/);
    assert.equal(relay.simulator.requests.length, 1);
    assert.equal(nameOf(relay), "Renamed");
    assert.deepEqual(
      relay.log.map((line) => JSON.parse(line)).map(({ outcome, code }) => [code, outcome]),
      [["outcome_unknown", "unknown"]],
    );
  });

  it("at Adjust creates one app, not four", async () => {
    await using relay = await start();
    const before = relay.simulator.world.adjust.apps.length;
    relay.simulator.faults.add({ fault: { kind: "applied-then-lost" } });
    const { status, error } = await relay.call("SendAdjustRequest", {
      input: {
        method: "POST",
        path: "app-automation/app",
        body: { name: "New", platform: "ios", store_id: "1480000777", bundle_id: "com.example.new" },
      },
    });
    assert.deepEqual([status, error?.code, error?.source], [409, "outcome_unknown", "adjust"]);
    assert.equal(relay.simulator.requests.length, 1);
    assert.equal(relay.simulator.world.adjust.apps.length - before, 1);
  });

  it("is not sent again either when its answer is cut, is HTML or is empty where JSON was due", async () => {
    await using relay = await start();
    for (const fault of [
      { kind: "truncated", contentLength: "wrong" },
      { kind: "truncated", contentLength: "right" },
      { kind: "html", apply: true },
      { kind: "status", status: 500, apply: true },
      { kind: "reset", at: "mid-body" },
    ] as const) {
      relay.simulator.reset();
      relay.simulator.faults.add({ fault });
      const { status, error } = await relay.call("SendAppStoreConnectRequest", rename);
      assert.deepEqual([status, error?.code], [409, "outcome_unknown"], fault.kind);
      assert.equal(relay.simulator.requests.length, 1);
      assert.equal(nameOf(relay), "Renamed");
    }
  });

  it("that was told to wait is applied once", async () => {
    await using relay = await start();
    relay.simulator.faults.add({ fault: { kind: "status", status: 429 } });
    assert.equal((await relay.call("SendAppStoreConnectRequest", rename)).status, 200);
    assert.deepEqual(
      relay.simulator.requests.map(({ status }) => status),
      [429, 200],
    );
    assert.equal(nameOf(relay), "Renamed");
  });

  it("that times out has an unknown outcome within the deadline", async () => {
    await using relay = await startRelay({ deadlineMs: 300 });
    relay.simulator.faults.add({ times: 2, fault: { kind: "stall", at: "before-headers", apply: true } });
    const begin = performance.now();
    const typed = await relay.call("SendAppStoreConnectRequest", rename);
    assert.deepEqual(
      [typed.status, typed.error?.code, typed.error?.outcome],
      [409, "outcome_unknown", "unknown"],
    );
    const raw = await relay.call("RelayWriteAppStoreConnect", rawRename);
    assert.deepEqual([raw.status, raw.error?.code, raw.error?.outcome], [504, "upstream_timeout", "unknown"]);
    assert.ok(performance.now() - begin < 2_000);
    assert.equal(relay.simulator.requests.length, 2);
    assert.equal(nameOf(relay), "Renamed");
  });
});
