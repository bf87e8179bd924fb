import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { describe, it } from "node:test";
import { isLoopbackAddress, isPublicAddress } from "../../functions/events/address.ts";
import { readCallback } from "../../functions/events/callback-url.ts";
import { CallbackRefused, createPoster } from "../../functions/events/post.ts";
import { judge } from "../../functions/events/verdict.ts";
import { startRelay } from "../support/relay.ts";

const inAzure = { hosts: ["flows.example.com"], local: false };
const onOneMachine = { hosts: ["127.0.0.1", "localhost", "[::1]"], local: true };

describe("callback URLs", () => {
  for (const url of [
    "https://prod-00.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sig=a%2Fb",
    "https://default1.0a.environment.api.powerplatform.com/powerautomate/x?sig=y",
    "https://prod.usgovtexas.logic.azure.us/workflows/a",
    "https://flows.example.com/",
    "https://flows.example.com?sig=y",
  ]) {
    it(`takes ${url}`, () => {
      const read = readCallback(url, inAzure);
      assert.ok(typeof read === "object", String(read));
      assert.equal(read.mayBeLocal, false);
      assert.ok(url.endsWith(read.path) || read.path === "/?sig=y");
    });
  }

  for (const url of [
    "http://prod-00.westeurope.logic.azure.com/workflows/a",
    "https://prod-00.westeurope.logic.azure.com:8443/workflows/a",
    "https://logic.azure.com.evil.example/",
    "https://evil.example/.logic.azure.com",
    "https://evil.example?.logic.azure.com",
    "https://user@prod-00.westeurope.logic.azure.com/",
    "https://user:x@flows.example.com/",
    "https://evil.example\\.logic.azure.com/",
    "https://evil.example#.logic.azure.com/",
    "https://flows.example.com/#a",
    "https://other.flows.example.com/",
    "https://flows.example.com./",
    "https://flows.example.com:444/",
    "https://fl\tows.example.com/",
    " https://flows.example.com/",
    "https://flows.example.com/a b",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://localhost/",
    "https://ｆlows.example.com/",
    "ftp://flows.example.com/",
    "//flows.example.com/",
    "https:flows.example.com/",
    "",
  ]) {
    it(`refuses ${JSON.stringify(url)}`, () => assert.equal(typeof readCallback(url, inAzure), "string"));
  }

  it("may be of this machine where a folder is the vault, and only those that are listed", () => {
    for (const url of ["http://127.0.0.1:4711/a", "http://localhost:80/", "http://[::1]:1/"]) {
      assert.ok(typeof readCallback(url, onOneMachine) === "object", url);
      assert.equal(typeof readCallback(url, { hosts: ["127.0.0.1"], local: false }), "string", url);
    }
    assert.equal(typeof readCallback("http://127.0.0.2:1/", onOneMachine), "string");
    assert.equal(typeof readCallback("http://2130706433:1/", { hosts: [], local: true }), "string");
  });

  it("is refused by the action without being told back", async () => {
    await using relay = await startRelay();
    const notificationUrl = "https://evil.example/secret-path";
    const answer = await relay.call("SubscribeToAdjustCallbacks", { input: { notificationUrl } });
    assert.deepEqual([answer.status, answer.error?.details?.[0]?.field], [400, "notificationUrl"]);
    assert.ok(!answer.text.includes("secret-path") && !answer.text.includes("evil.example"));
  });
});

describe("addresses", () => {
  it("are public or not", () => {
    const inside = `0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.8.8.8 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1
      192.0.0.1 198.18.0.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 168.63.129.16
      :: ::1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:7f00:1 64:ff9b::a00:1 fc00::1 fd12::1 fe80::1 fec0::1 ff02::1
      2001::1 2001:db8::1 2002:a00:1::1 100::1 localhost not-an-address`;
    for (const address of inside.split(/\s+/)) assert.equal(isPublicAddress(address), false, address);
    for (const address of [
      "8.8.8.8",
      "20.50.2.1",
      "172.32.0.1",
      "100.128.0.1",
      "2603:1030::1",
      "2a00:1450::1",
    ]) {
      assert.equal(isPublicAddress(address), true, address);
    }
    assert.deepEqual(["127.0.0.1", "::1", "10.0.0.1", "x"].map(isLoopbackAddress), [
      true,
      true,
      false,
      false,
    ]);
  });

  const callback = (mayBeLocal: boolean) => ({
    origin: "http://flows.example.com:9",
    host: "flows.example.com",
    path: "/",
    mayBeLocal,
  });
  const leading =
    (...addresses: string[]): LookupFunction =>
    (_name, options, done) => {
      const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
      if (options.all) done(null, found);
      else done(null, found[0]?.address ?? "", found[0]?.family);
    };

  for (const addresses of [
    ["127.0.0.1"],
    ["10.0.0.1"],
    ["169.254.169.254"],
    ["::ffff:127.0.0.1"],
    ["8.8.8.8", "192.168.0.1"],
    [],
  ]) {
    it(`that a name leads to are not connected to: ${addresses}`, async () => {
      const poster = createPoster(leading(...addresses));
      await assert.rejects(poster.post(callback(false), "{}", new AbortController().signal), (error) => {
        const cause = error instanceof Error ? error.cause : undefined;
        return error instanceof CallbackRefused || cause instanceof CallbackRefused;
      });
    });
  }

  it("of other machines inside are not connected to on one machine either", async () => {
    const poster = createPoster(leading("10.0.0.1"));
    await assert.rejects(
      poster.post(callback(true), "{}", new AbortController().signal),
      (error) => error instanceof CallbackRefused,
    );
  });
});

describe("the verdict about an attempt", () => {
  const facts = { attempts: 1, ageMs: 0, now: Date.UTC(2026, 0, 31), random: 0.5 };
  const waited = (retryAfter: string | undefined, attempts = 1) => {
    const verdict = judge({ status: 503, retryAfter }, { ...facts, attempts });
    return verdict.kind === "again" ? verdict.waitMs : undefined;
  };

  it("waits longer each time, up to an hour", () => {
    assert.deepEqual(
      [1, 2, 3, 30].map((attempts) => waited(undefined, attempts)),
      [5e3, 1e4, 2e4, 36e5],
    );
  });

  it("honours Retry-After, up to an hour, and takes no notice of junk", () => {
    assert.equal(waited("120"), 120_000);
    assert.equal(waited("Sat, 31 Jan 2026 00:10:00 GMT"), 600_000);
    assert.equal(waited("1000000000"), 3_600_000);
    for (const junk of ["", "soon", "-5", "0", "1e3x"]) assert.equal(waited(junk), 5_000, junk);
  });
});
