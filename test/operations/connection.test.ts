import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { describe, it } from "node:test";
import { makeDemoKeys, type VaultDocument } from "../../local/simulator/index.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

interface Found {
  ok: boolean;
  services: {
    service: string;
    credential: string;
    bundleId?: string;
    environment?: string;
    reachable: boolean;
    message: string;
    hint?: string;
  }[];
  events: { source: string; ready: boolean; message: string; hint?: string }[];
  problems: { name: string; message: string; hint: string }[];
}

async function test(relay: Relay): Promise<Found> {
  const { status, json, error } = await relay.call("TestConnection");
  assert.equal(status, 200, JSON.stringify(error));
  return Object(json);
}

/** Four attempts on what fails would make real waits: time jumps over them. */
async function start(vault?: Record<string, VaultDocument>): Promise<Relay> {
  const runtime = skippingRuntime();
  const demo = makeDemoKeys();
  return startRelay({
    runtime,
    simulator: { runtime },
    demo: { ...demo, vault: { ...demo.vault, ...vault } },
  });
}

const summary = ({ services }: Found) =>
  services.map(({ credential, bundleId, environment, reachable }) => [
    credential,
    bundleId,
    environment,
    reachable,
  ]);

describe("TestConnection", () => {
  it("finds everything in order, and changes nothing anywhere", async () => {
    await using relay = await start();
    const found = await test(relay);
    assert.deepEqual([found.ok, found.problems], [true, []]);
    assert.deepEqual(summary(found), [
      ["demo-adjust", undefined, undefined, true],
      ["demo-in-app-purchase", "com.example.harborkings", "Production", true],
      ["demo-in-app-purchase", "com.example.stillwater", "Production", true],
      ["demo-in-app-purchase", "com.example.harborkings.stickers", "Sandbox", true],
      ["demo-individual", undefined, undefined, true],
      ["demo-team", undefined, undefined, true],
    ]);
    assert.ok(relay.simulator.requests.every(({ method }) => method === "GET"));
  });

  it("tells of each source of events whether what it needs is there", async () => {
    const readiness = async (relay: Relay) =>
      Object.fromEntries((await test(relay)).events.map((event) => [event.source, event]));
    await using whole = await start();
    for (const { source, ready, message } of Object.values(await readiness(whole))) {
      assert.deepEqual([ready, message], [true, "Events can come in."], source);
    }
    const { vault } = makeDemoKeys();
    const purchases = vault["demo-in-app-purchase"] ?? assert.fail();
    const { "app-apple-ids": _ids, ...tags } = purchases.tags;
    const off = (name: string) => ({ ...(vault[name] ?? assert.fail()), enabled: false });
    await using bare = await start({
      "demo-in-app-purchase": { ...purchases, tags },
      "demo-webhook-master": off("demo-webhook-master"),
      "demo-adjust-callback": off("demo-adjust-callback"),
    });
    const found = await readiness(bare);
    assert.ok(Object.values(found).every(({ ready, hint }) => !ready && hint));
    assert.match(
      found["app-store-server"]?.message ?? "",
      /production are refused for com\.example\.harborkings,/,
    );
    assert.match(found["app-store-connect"]?.message ?? "", /no usable credential.*webhook-master/);
    assert.match(found.adjust?.message ?? "", /no usable credential.*adjust-callback/);
  });

  it("tells that events cannot come in where there is no storage", async () => {
    const port = "http://127.0.0.1:1/a";
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=${port};QueueEndpoint=${port};BlobEndpoint=${port}`;
    await using relay = await startRelay({ storage: { kind: "connection-string", connectionString } });
    const { events } = await test(relay);
    assert.deepEqual(
      events.map(({ ready }) => ready),
      [false, false, false],
    );
  });

  it("says that an app was never released where only the sandbox knows it", async () => {
    await using relay = await start();
    const { services } = await test(relay);
    const stickers = services.find(({ bundleId }) => bundleId === "com.example.harborkings.stickers");
    assert.match(stickers?.message ?? "", /never released/);
  });

  it("finds a key that the service does not know, and says what to look at", async () => {
    await using relay = await start();
    relay.simulator.setKeys({
      ...relay.demo.keys,
      appStoreConnect: relay.demo.keys.appStoreConnect.slice(1),
      adjust: [],
    });
    const found = await test(relay);
    assert.equal(found.ok, false);
    assert.deepEqual(
      found.services.filter(({ reachable }) => !reachable).map(({ credential }) => credential),
      ["demo-adjust", "demo-team"],
    );
    for (const { message, hint } of found.services.filter(({ reachable }) => !reachable)) {
      assert.match(message, /refuses the credential/);
      assert.ok(hint);
      assert.doesNotMatch(hint, /TestConnection/);
    }
    const hintOf = (name: string) => found.services.find(({ credential }) => credential === name)?.hint ?? "";
    assert.match(hintOf("demo-team"), /issuer-id/);
    assert.match(hintOf("demo-adjust"), /^Check in Adjust/);
    assert.doesNotMatch(hintOf("demo-adjust"), /key-id|issuer/i);
  });

  it("finds an in-app-purchase key that neither environment takes", async () => {
    await using relay = await start();
    relay.simulator.setKeys({ ...relay.demo.keys, inAppPurchase: [] });
    const found = await test(relay);
    const purchases = found.services.filter(({ service }) => service === "app-store-server");
    assert.equal(purchases.length, 3);
    assert.ok(purchases.every(({ reachable, environment }) => !reachable && environment === undefined));
  });

  it("finds a key whose role is missing, or an agreement", async () => {
    await using relay = await start();
    relay.simulator.world.appStoreConnect.agreementMissing = true;
    const agreement = await test(relay);
    assert.deepEqual(
      agreement.services
        .filter(({ reachable }) => !reachable)
        .map(({ credential, hint }) => [credential, /Account Holder/.test(hint ?? "")]),
      [
        ["demo-individual", true],
        ["demo-team", true],
      ],
    );
    relay.simulator.reset();
    relay.simulator.faults.add({ service: "adjust", fault: { kind: "status", status: 403 } });
    const role = await test(relay);
    assert.deepEqual(
      role.services
        .filter(({ reachable }) => !reachable)
        .map(({ credential, hint }) => [credential, /App Automation/.test(hint ?? "")]),
      [["demo-adjust", true]],
    );
  });

  it("finds a service that is down, and still tests the others", async () => {
    await using relay = await start();
    relay.simulator.faults.add({
      service: "appStoreConnect",
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "status", status: 503 },
    });
    relay.simulator.faults.add({
      service: "adjust",
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "reset", at: "before-headers" },
    });
    const found = await test(relay);
    assert.equal(found.ok, false);
    assert.deepEqual(
      found.services
        .map(({ service, reachable }) => [service, reachable])
        .filter(([, reachable]) => reachable),
      [
        ["app-store-server", true],
        ["app-store-server", true],
        ["app-store-server", true],
      ],
    );
  });

  it("finds what is wrong in the vault, and what to do", async () => {
    const { vault } = makeDemoKeys();
    const team = vault["demo-team"] ?? assert.fail();
    await using relay = await start({
      "no-key-id": {
        ...team,
        tags: { kind: "app-store-connect-team", "issuer-id": team.tags["issuer-id"] ?? "" },
      },
      "odd-kind": { ...team, tags: { kind: "app-store" } },
      "second-default": { ...team },
      expired: { ...team, expiresOn: "2020-01-31T00:00:00Z" },
      garbage: {
        ...team,
        value: "this is no key, but long enough to be one",
        tags: { ...team.tags, default: "false" },
      },
    });
    const found = await test(relay);
    assert.equal(found.ok, false);
    const problems = new Map(found.problems.map(({ name, message, hint }) => [name, `${message} ${hint}`]));
    assert.match(problems.get("no-key-id") ?? "", /key-id is missing/);
    assert.match(problems.get("odd-kind") ?? "", /not known/);
    assert.match(problems.get("second-default") ?? "", /default/);
    assert.match(problems.get("demo-team") ?? "", /default/);
    assert.match(problems.get("expired") ?? "", /expired on 2020-01-31/i);
    const garbage = found.services.find(({ credential }) => credential === "garbage");
    assert.deepEqual([garbage?.reachable, garbage?.service], [false, "app-store-connect"]);
    assert.match(garbage?.message ?? "", /P-256/);
    assert.match(problems.get("garbage") ?? "", /P-256.*rotate/);
  });

  it("mentions a service without a credential, and is ok all the same", async () => {
    const demo = makeDemoKeys();
    const { "demo-adjust": _, ...vault } = demo.vault;
    await using relay = await startRelay({ demo: { ...demo, vault } });
    const found = await test(relay);
    assert.equal(found.ok, true);
    const last = found.services.at(-1);
    assert.deepEqual([last?.service, last?.credential, last?.reachable], ["adjust", "none", false]);
  });

  it("is ok with a credential that somebody has disabled, and says that it is", async () => {
    const { vault } = makeDemoKeys();
    const team = vault["demo-team"] ?? assert.fail();
    await using relay = await start({ off: { ...team, enabled: false } });
    const found = await test(relay);
    assert.equal(found.ok, true);
    assert.ok(found.services.every(({ reachable }) => reachable));
    assert.deepEqual(
      found.problems.map(({ name, message }) => [name, message]),
      [["off", "It is disabled."]],
    );
  });

  it("says so when there is no credential at all", async () => {
    const demo = makeDemoKeys();
    await using relay = await startRelay({ demo: { ...demo, vault: {} } });
    const found = await test(relay);
    assert.equal(found.ok, false);
    assert.deepEqual(
      found.services.map(({ service, credential, reachable }) => [service, credential, reachable]),
      ["app-store-connect", "app-store-server", "adjust"].map((service) => [service, "none", false]),
    );
    assert.match(found.services[0]?.message ?? "", /No usable credential/);
    assert.match(found.services[0]?.hint ?? "", /credential -- add/);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("is 503 when the vault itself cannot be asked", async () => {
    await using relay = await start();
    await rm(relay.vault, { recursive: true });
    for (const operation of ["TestConnection", "ListCredentials", "ListApps"]) {
      const { status, error } = await relay.call(operation);
      assert.deepEqual([status, error?.code, error?.source], [503, "key_vault_unavailable", "key-vault"]);
      assert.match(error?.hint ?? "", /LOCAL_VAULT/);
    }
  });

  it("ends in time when services stall", async () => {
    await using relay = await startRelay({ deadlineMs: 400 });
    relay.simulator.faults.add({
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "stall", at: "before-headers" },
    });
    const begin = performance.now();
    const found = await test(relay);
    assert.ok(performance.now() - begin < 2_000);
    assert.ok(found.services.length >= 6 && found.services.every(({ reachable }) => !reachable));
  });
});
