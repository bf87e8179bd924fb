import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { findExample, parametersOf, toFacts } from "../support/catalogue.ts";
import { type Evil, startEvil } from "../support/evil.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";

/** Operations that page by App Store Connect's links: every list and look-up of it, and the raw relay. */
interface Paging {
  id: string;
  facts: CallFacts;
  /** Path of its upstream request. */
  path: string;
}

describe("a link to the next page that leads elsewhere", () => {
  let relay: Relay;
  let evil: Evil;
  const paging: Paging[] = [];

  before(async () => {
    relay = await startRelay();
    evil = await startEvil();
    for (const operation of catalogue) {
      // What sends requests of a maker's own hands their answers back; it follows nothing.
      const follows =
        operation.kind === "raw" || !parametersOf(operation).some(({ name }) => name === "path");
      if (operation.methods[0] !== "GET" || !follows) continue;
      const values = await findExample(operation, (facts) => relay.call(operation.id, facts));
      const facts = toFacts(operation, values);
      relay.simulator.requests.length = 0;
      const { json } = await relay.call(operation.id, facts);
      const [first, ...others] = relay.simulator.requests;
      const isList = typeof json === "object" && json !== null && ("value" in json || "data" in json);
      if (first?.service !== "appStoreConnect" || others.length > 0 || !isList) continue;
      paging.push({ id: operation.id, facts, path: first.url.split("?")[0] ?? "" });
    }
  });
  after(() => Promise.all([relay?.close(), evil?.close()]));
  beforeEach(() => relay.simulator.reset());

  it("attacks every list, look-up and relay of App Store Connect", () => {
    const ids = paging.map(({ id }) => id);
    for (const id of [
      "ListApps",
      "ListInAppPurchases",
      "ListTerritories",
      "LookUpApps",
      "LookUpTerritories",
      "RelayReadAppStoreConnect",
    ]) {
      assert.ok(ids.includes(id), `${id} is not attacked: ${ids.join(", ")}`);
    }
  });

  it("makes the answer 502, and nobody is called with our token", async () => {
    for (const { id, facts, path } of paging) {
      const origin = relay.simulator.urls.appStoreConnect;
      const { host } = new URL(origin);
      const hostile = [
        `${evil.origin}${path}?cursor=AQ`,
        `https://${evil.host}${path}?cursor=AQ`,
        `${origin}@${evil.host}${path}?cursor=AQ`,
        `http://${host}:secret@${evil.host}${path}?cursor=AQ`,
        `http://user@${host}${path}?cursor=AQ`,
        `http://user:secret@${host}${path}?cursor=AQ`,
        `${origin}\\@${evil.host}${path}?cursor=AQ`,
        `${origin}.evil.invalid${path}?cursor=AQ`,
        `//${evil.host}${path}?cursor=AQ`,
        `/\\${evil.host}${path}?cursor=AQ`,
        `${path}?cursor=AQ`,
        `?cursor=AQ`,
        `javascript:alert(1)`,
        `file://${path}?cursor=AQ`,
        `ftp://${host}${path}?cursor=AQ`,
        `https://${host}${path}?cursor=AQ`,
        `${origin}/v1/users?cursor=AQ`,
        `${origin}${path}/../users?cursor=AQ`,
        `${origin}${path}/%2e%2e/users?cursor=AQ`,
        `${origin}${path}/?cursor=AQ`,
        `${origin}/${path}?cursor=AQ`,
        `${origin}${path.toUpperCase()}?cursor=AQ`,
        `${origin}${path}%00?cursor=AQ`,
        `https://api.appstoreconnect.apple.com.evil.invalid${path}?cursor=AQ`,
        `https://api.appstoreconnect.apple.com:444${path}?cursor=AQ`,
        " ",
        "not a link",
      ];
      const faults = [
        ...(["other-host", "userinfo", "other-route", "self-loop"] as const).map((to) => ({ to })),
        ...hostile.map((url) => ({ to: { url } })),
      ];
      for (const { to } of faults) {
        relay.simulator.reset();
        relay.simulator.faults.add({ service: "appStoreConnect", fault: { kind: "next-link", to } });
        const answer = await relay.call(id, facts);
        const label = `${id} with ${JSON.stringify(to)}: ${answer.text.slice(0, 300)}`;
        assert.equal(answer.status, 502, label);
        assert.equal(answer.error?.code, "bad_upstream_response", label);
        assert.equal(answer.error?.outcome, "none", label);
        assert.ok(!answer.text.includes("evil") && !answer.text.includes(evil.host), label);
        assert.equal(relay.simulator.requests.length, 1, `${label}: it was followed`);
      }
    }
    assert.deepEqual(evil.contacts, []);
  });

  it("lets the service's own links through, its public origin among them", async () => {
    for (const { id, facts, path } of paging) {
      for (const origin of [relay.simulator.urls.appStoreConnect, "https://api.appstoreconnect.apple.com"]) {
        relay.simulator.reset();
        relay.simulator.faults.add({
          service: "appStoreConnect",
          fault: { kind: "next-link", to: { url: `${origin}${path}?cursor=MTA` } },
        });
        const { text } = await relay.call(id, facts);
        assert.ok(!text.includes("leads elsewhere"), `${id}: ${text.slice(0, 300)}`);
      }
    }
  });

  it("takes nothing from a cursor that a caller has made", async () => {
    const cursor = Buffer.from(
      JSON.stringify(["ListApps", null, null, `x&limit=200#${evil.origin}`]),
    ).toString("base64url");
    await relay.call("ListApps", { input: { cursor } });
    const [sent] = relay.simulator.requests;
    assert.equal(sent?.url, `/v1/apps?limit=50&cursor=${encodeURIComponent(`x&limit=200#${evil.origin}`)}`);
    assert.deepEqual(evil.contacts, []);
  });
});
