import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import type { RecordedRequest } from "../../local/simulator/index.ts";
import { canary } from "../support/canary.ts";
import { findExample, toFacts } from "../support/catalogue.ts";
import { type FunctionApp, settingsOf, startFunctionApp } from "../support/function-app.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";

/** Everything that somebody could hope is passed on, or believed. */
const smuggled: Readonly<Record<string, string>> = {
  authorization: `Bearer ${canary("caller-token")}`,
  "proxy-authorization": "Basic ZXZpbA==",
  cookie: `session=${canary("cookie")}`,
  "x-forwarded-host": "evil.test",
  "x-forwarded-for": "203.0.113.7",
  "x-forwarded-proto": "https",
  "x-original-host": "evil.test",
  "x-original-url": "/api/evil",
  "x-rewrite-url": "/api/evil",
  forwarded: "host=evil.test",
  via: "1.1 evil.test",
  "x-ms-client-principal": Buffer.from('{"userRoles":["admin"]}').toString("base64"),
  "x-ms-client-principal-name": "evil",
  "x-ms-client-principal-id": "evil",
  "x-ms-token-aad-access-token": canary("easy-auth-token"),
  "x-arr-ssl": "evil",
  "x-http-method-override": "DELETE",
  "x-method-override": "DELETE",
  "accept-encoding": "br, zstd",
  "accept-language": "xx",
  "user-agent": "evil/1",
  origin: "https://evil.test",
  referer: "https://evil.test/secret",
  range: "bytes=0-1",
  "if-none-match": '"x"',
  prefer: "respond-async",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "evil=1",
  baggage: "evil=1",
  "x-anything": "evil",
};

/** Names of a request's headers, in order, with the values that do not change from run to run. */
function snapshot({ rawHeaders }: RecordedRequest): string[] {
  const varying = new Set(["host", "authorization", "content-length"]);
  return rawHeaders.flatMap((name, index) => {
    if (index % 2 === 1) return [];
    const lower = name.toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    if (lower === "authorization") return [`authorization: ${value.replace(/^Bearer [\w.-]+$/, "Bearer …")}`];
    return [varying.has(lower) ? lower : `${lower}: ${value}`];
  });
}

const always = ["host", "connection: keep-alive", "authorization: Bearer …"];
const reading = [
  ...always,
  "accept: application/json",
  "accept-encoding: gzip",
  "user-agent: app-store-relay/1",
];
const sending = [
  ...always,
  "accept: application/json, */*;q=0.5",
  "accept-encoding: gzip",
  "user-agent: app-store-relay/1",
];

describe("headers that go upstream", () => {
  let relay: Relay;
  let app: FunctionApp;

  before(async () => {
    relay = await startRelay();
    app = await startFunctionApp(settingsOf(relay));
  });
  after(() => Promise.all([app?.close(), relay?.close()]));
  beforeEach(() => relay.simulator.reset());

  const send = (target: string, init: RequestInit = {}) =>
    app.fetch(target, {
      ...init,
      headers: { ...smuggled, ...Object.fromEntries(new Headers(init.headers)) },
    });

  it("are this set, whatever a caller sends along", async () => {
    const json = { "content-type": "application/json" };
    const body = (fields: object) => ({ method: "POST", headers: json, body: JSON.stringify(fields) });
    const rows: [name: string, target: string, init: RequestInit, expected: string[]][] = [
      ["a typed read", "/app-store-connect/apps?limit=1", {}, reading],
      ["a typed read of Adjust", "/adjust/apps", {}, reading],
      [
        "an action that reads",
        "/app-store-connect/requests",
        body({ method: "GET", path: "v1/apps" }),
        sending,
      ],
      [
        "an action that writes",
        "/app-store-connect/requests",
        body({ method: "PATCH", path: "v1/apps/1480000001", body: { data: {} } }),
        [...sending, "content-type: application/json", "content-length"],
      ],
      [
        "a relayed read",
        "/relay/app-store-connect/v1/apps",
        { headers: { accept: "application/vnd.api+json" } },
        reading.map((line) => line.replace("accept: application/json", "accept: application/vnd.api+json")),
      ],
      [
        "a relayed write",
        "/relay/adjust/app-automation/app",
        { method: "POST", headers: { ...json, accept: "*/*" }, body: "{}" },
        [
          ...reading.map((line) => line.replace("accept: application/json", "accept: */*")),
          "content-type: application/json",
          "content-length",
        ],
      ],
    ];
    for (const [name, target, init, expected] of rows) {
      relay.simulator.reset();
      await send(target, init);
      const [sent] = relay.simulator.requests;
      assert.ok(sent, `${name} sent nothing`);
      assert.deepEqual(snapshot(sent).sort(), [...expected].sort(), name);
      const names = sent.rawHeaders
        .filter((_text, index) => index % 2 === 0)
        .map((text) => text.toLowerCase());
      assert.equal(new Set(names).size, names.length, `${name}: a header twice`);
      assert.equal(sent.headers.host, new URL(relay.simulator.urls[sent.service]).host, name);
      assert.ok(!JSON.stringify([sent.rawHeaders, sent.url]).includes("evil"), name);
    }
  });

  it("are of that set for every operation of the catalogue", async () => {
    const allowed = new Set([...reading, ...sending].map((line) => line.split(":")[0] ?? ""));
    for (const name of ["content-type", "content-length"]) allowed.add(name);
    let count = 0;
    for (const operation of catalogue) {
      const values = await findExample(operation, (facts) => relay.call(operation.id, facts));
      relay.simulator.requests.length = 0;
      await relay.call(operation.id, { ...toFacts(operation, values), headers: smuggled });
      for (const sent of relay.simulator.requests) {
        count += 1;
        for (const line of snapshot(sent))
          assert.ok(allowed.has(line.split(":")[0] ?? ""), `${operation.id}: ${line}`);
        assert.ok(!JSON.stringify(sent.rawHeaders).includes("evil"), operation.id);
      }
    }
    assert.ok(count >= catalogue.length - 2);
  });

  it("have the length of what is sent, whatever length a caller claims through the query", async () => {
    // The Functions host lets a query parameter called Headers take the place of the headers that a function sees.
    const claimed = encodeURIComponent(
      JSON.stringify({ "content-length": "2", "content-type": "application/json" }),
    );
    const body = '{"a":1}POST /app-automation/apps HTTP/1.1\r\nhost: x\r\n\r\n';
    const answer = await app.fetch(`/relay/adjust/app-automation/app?Headers=${claimed}`, {
      method: "POST",
      body,
    });
    assert.ok(answer.status >= 400);
    await answer.arrayBuffer();
    assert.ok(relay.simulator.requests.length <= 1, "the rest of the body became a request of its own");
  });
});

describe("what a caller says of itself", () => {
  it("never shows in addresses: X-Forwarded-Host and Host of an Azure app", async () => {
    await using relay = await startRelay();
    await using app = await startFunctionApp(settingsOf(relay));
    const { origin } = new URL(app.url);
    const list = await app.fetch("/app-store-connect/apps?limit=1", { headers: smuggled });
    const { nextLink } = (await list.json()) as { nextLink: string };
    assert.equal(new URL(nextLink).origin, origin);
    const relayed = await app.fetch("/relay/app-store-connect/v1/apps?limit=1", { headers: smuggled });
    const { links } = (await relayed.json()) as { links: Record<string, string> };
    for (const link of Object.values(links)) assert.equal(new URL(link).origin, origin);
    assert.equal(list.headers.get("location"), null);

    await using azure = await startRelay({ publicOrigin: "https://relay.example.com" });
    for (const id of ["ListApps", "RelayReadAppStoreConnect"]) {
      const facts: CallFacts = { origin: "https://evil.test", headers: smuggled };
      const { text } = await azure.call(id, {
        ...facts,
        ...(id === "ListApps" ? { input: { limit: 1 } } : { params: { path: "v1/apps" }, query: "limit=1" }),
      });
      assert.match(text, /https:\/\/relay\.example\.com\/api\//);
      assert.ok(!text.includes("evil"));
    }
  });

  it("gives no rights and takes none: x-ms-client-principal changes nothing", async () => {
    await using relay = await startRelay();
    const plain = await relay.call("ListCredentials");
    const claimed = await relay.call("ListCredentials", { headers: smuggled });
    assert.equal(claimed.text, plain.text);
    assert.equal(claimed.status, 200);
  });
});
