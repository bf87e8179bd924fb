import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Host } from "../../local/host/host.ts";
import { functionKey, type TestApp, testApp } from "./app.ts";
import { jsonOf, rawGet, rawRequest, statusOf } from "./raw-request.ts";

interface Seen {
  method: string;
  url: string;
  params: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string | null;
}

describe("the host's HTTP side", () => {
  let app: TestApp;
  let host: Host;
  let lines: string[];

  before(async () => {
    app = await testApp();
    ({ host, lines } = await app.start({
      env: { "AzureWebJobs.SwitchedOff.Disabled": "True", AzureWebJobs_Finished_Disabled: "0" },
    }));
  });
  after(async () => {
    await host.close();
    await app.remove();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${host.url}/${path}`, { headers });
  const seen = async (response: Response) => (await response.json()) as Seen;

  it("listens on 127.0.0.1 under the prefix of host.json", () => {
    assert.match(host.url, /^http:\/\/127\.0\.0\.1:\d+\/api$/);
  });

  it("answers through the app's own hooks, with the headers of host.json", async () => {
    const response = await get("hello");
    assert.equal(await response.text(), "hello");
    assert.equal(response.headers.get("x-hooked"), "yes");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  });

  it("answers 404 without a body for unknown paths, prefixes and methods", async () => {
    for (const [path, method] of [
      ["/api/unknown", "GET"],
      ["/api", "GET"],
      ["/api/", "GET"],
      ["/hello", "GET"],
      ["/apihello", "GET"],
      ["/api/hello", "POST"],
      ["/api/hello", "HEAD"],
      ["/api/hello", "OPTIONS"],
      ["/api/hello/more", "GET"],
      ["//api/hello", "GET"],
    ] as const) {
      const response = await fetch(new URL(host.url).origin + path, { method });
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.equal(await response.text(), "");
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    }
    assert.equal((await fetch(`${host.url.replace("/api", "/API")}/HELLO`)).status, 200);
  });

  it("opens functions to the key in the header or in ?code=, the header first", async () => {
    const encoded = encodeURIComponent(functionKey);
    for (const [path, headers, status] of [
      ["keyed", {}, 401],
      ["keyed", { "x-functions-key": functionKey }, 200],
      ["keyed", { "x-functions-key": `${functionKey}x` }, 401],
      ["keyed", { "x-functions-key": "" }, 401],
      [`keyed?code=${encoded}`, {}, 200],
      [`keyed?CODE=${encoded}&clientId=default`, {}, 200],
      ["keyed?code=", {}, 401],
      [`keyed?code=wrong&code=${encoded}`, {}, 401],
      [`keyed?code=${encoded}`, { "x-functions-key": "wrong" }, 401],
      [`keyed?code=${encoded}`, { "x-functions-key": "" }, 401],
      ["master", { "x-functions-key": functionKey }, 401],
      ["hello", { "x-functions-key": "wrong" }, 200],
    ] as const) {
      const response = await get(path, headers);
      assert.equal(response.status, status, `${path} ${JSON.stringify(headers)}`);
      const text = await response.text();
      assert.equal(status === 401 ? text : "", "");
    }
  });

  it("answers 404 for a disabled function, and 401 first", async () => {
    assert.equal((await get("switched-off")).status, 401);
    assert.equal((await get("switched-off", { "x-functions-key": functionKey })).status, 404);
    assert.equal((await get("finished")).status, 200);
    assert.deepEqual(
      host.functions.filter((entry) => entry.disabled).map((entry) => entry.name),
      ["SwitchedOff"],
    );
  });

  it("prefers literal segments and keeps a catch-all as it was sent", async () => {
    assert.deepEqual((await seen(await get("things/find"))).params, {});
    assert.deepEqual((await seen(await get("things/a%20b"))).params, { thingId: "a b" });
    assert.deepEqual((await seen(await get("optional/1"))).params, { one: "1" });
    const traversal = jsonOf(await rawGet(host.url, "/api/relay/v1/%2e%2e/x?limit=1")) as Seen;
    assert.deepEqual(traversal.params, { path: "v1/%2e%2e/x", limit: "1" });
    assert.equal(new URL(traversal.url).pathname, "/api/relay/x");
    const backslash = jsonOf(await rawGet(host.url, "/api/relay/a\\..\\b")) as Seen;
    assert.deepEqual(backslash.params, { path: "a\\..\\b" });
    assert.equal(new URL(backslash.url).pathname, "/api/relay/b");
  });

  it("puts query parameters beside route parameters, as the Functions host does", async () => {
    assert.deepEqual((await seen(await get("things/1?limit=2&limit=3&code=x"))).params, {
      thingId: "1",
      limit: "3",
    });
    assert.deepEqual((await seen(await get("things/1?THINGID=2"))).params, { THINGID: "1" });
    const { query, url } = await seen(await get("things/1?a=%20b&code=x"));
    assert.deepEqual(query, { a: " b", code: "x" });
    assert.equal(url, `${host.url}/things/1?a=%20b&code=x`);
  });

  it("lets a query parameter named Headers take the place of the headers, as the Functions host does", async () => {
    const forged = encodeURIComponent(JSON.stringify({ "x-forged": "1" }));
    assert.deepEqual((await seen(await get(`things/1?Headers=${forged}`, { "x-real": "1" }))).headers, {
      "x-forged": "1",
    });
    assert.deepEqual((await seen(await get("things/1?headers=x", { "x-real": "1" }))).headers, {});
    assert.deepEqual((await seen(await get("things/1?__proto__=x"))).params, { thingId: "1" });
  });

  it("drops the headers that only the front end may set, and passes the others", async () => {
    const { headers, url } = await seen(
      await get("things/1", {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "1.2.3.4",
        "x-ms-client-principal": "e30=",
        "x-ms-client-principal-id": "me",
        "x-ms-invocation-id": "mine",
        "x-functions-key": "passed on",
        "x-other": "kept",
      }),
    );
    assert.equal(url, `${host.url}/things/1`);
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith("x-")),
      ["x-functions-key", "x-other"],
    );
  });

  it("takes bodies with a length, in chunks, and none", async () => {
    const echo = async (init: RequestInit) => {
      const response = await fetch(`${host.url}/echo`, { method: "POST", ...init });
      return (await seen(response)).body;
    };
    assert.equal(await echo({ body: "äöü" }), "äöü");
    assert.equal(await echo({}), "");
    const chunks = new Blob(["one ", "two"]).stream();
    assert.equal(await echo({ body: chunks, duplex: "half" } as RequestInit), "one two");
    const big = "x".repeat(5_000_000);
    assert.equal((await echo({ body: big }))?.length, big.length);
  });

  it("streams answers", async () => {
    const response = await get("streams");
    assert.equal(await response.text(), "one two three");
    assert.equal(response.headers.get("transfer-encoding"), "chunked");
  });

  it("answers 500 without a body when a handler fails or returns no response", async () => {
    for (const path of ["throws", "nothing", "text", "breaks-at-once"]) {
      const response = await get(path);
      assert.equal(response.status, 500, path);
      assert.equal(await response.text(), "", path);
      assert.equal(response.headers.get("x-from-handler"), null, path);
    }
    assert.ok(lines.some((line) => line.includes("thrown by the handler")));
  });

  it("breaks the connection when a body fails after it has begun", async () => {
    const answer = await rawGet(host.url, "/api/breaks-later");
    assert.equal(statusOf(answer), 200);
    assert.ok(answer.includes("beginning"));
    assert.ok(!answer.endsWith("0\r\n\r\n"), "the last chunk would say that the answer is whole");
    await assert.rejects(async () => await (await get("breaks-later")).text());
  });

  it("survives callers that leave early", async () => {
    const controller = new AbortController();
    const waiting = fetch(`${host.url}/waits?ms=20`, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await assert.rejects(waiting, { name: "AbortError" });
    const host_ = new URL(host.url).host;
    await rawRequest(host.url, `POST /api/echo HTTP/1.1\r\nhost: ${host_}\r\ncontent-length: -1\r\n\r\n`);
    assert.equal((await get("hello")).status, 200);
  });

  it("answers requests that offer another protocol, and bodies that wait to be asked for", async () => {
    assert.equal(
      statusOf(await rawGet(host.url, "/api/hello", "connection: upgrade\r\nupgrade: h2c\r\n")),
      200,
    );
    const { host: name } = new URL(host.url);
    const answer = await rawRequest(
      host.url,
      `POST /api/echo HTTP/1.1\r\nhost: ${name}\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok`,
    );
    assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  it("refuses what Kestrel refuses before any function sees it", async () => {
    const { host: name } = new URL(host.url);
    const cases: [number, string][] = [
      [400, await rawGet(host.url, "http://evil.example/api/hello")],
      [400, await rawGet(host.url, "/api/things/%00")],
      [400, await rawGet(host.url, "/api/things/\u00e4")],
      [400, await rawRequest(host.url, "GET /api/hello HTTP/1.1\r\nconnection: close\r\n\r\n")],
      [
        400,
        await rawRequest(host.url, "GET /api/hello HTTP/1.1\r\nhost: a/b@c\r\nconnection: close\r\n\r\n"),
      ],
      [400, await rawRequest(host.url, "nonsense\r\n\r\n")],
      [414, await rawGet(host.url, `/api/things/${"x".repeat(8192)}`)],
      [431, await rawGet(host.url, "/api/hello", `x-long: ${"x".repeat(50_000)}\r\n`)],
      [431, await rawGet(host.url, "/api/hello", "x-many: 1\r\n".repeat(101))],
      [
        413,
        await rawRequest(
          host.url,
          `POST /api/echo HTTP/1.1\r\nhost: ${name}\r\ncontent-length: 104857601\r\n\r\n`,
        ),
      ],
    ];
    for (const [index, [status, answer]] of cases.entries()) {
      assert.equal(statusOf(answer), status, `case ${index}`);
    }
  });

  it("writes one line a record, without line breaks, queries, headers or terminal controls", async () => {
    lines.length = 0;
    const message = `first\r\nsecond \u001b[31m red \u009b \u2028 ${"x".repeat(100_000)}`;
    await fetch(`${host.url}/logs?token=in-the-query`, {
      method: "POST",
      body: message,
      headers: { "x-h": "in-a-header" },
    });
    const own = lines.find((line) => line.includes("first"));
    assert.ok(own !== undefined);
    assert.doesNotMatch(own, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    assert.ok(own.length < 40_000);
    const { level, category, functionName, invocationId, message: kept } = JSON.parse(own);
    assert.deepEqual(
      { level, category, functionName },
      { level: "information", category: "user", functionName: "Logs" },
    );
    assert.match(invocationId, /^[0-9a-f-]{36}$/);
    assert.ok(kept.startsWith("first\r\nsecond \u001b[31m red \u009b \u2028 xxx"));
    assert.ok(lines.every((line) => !line.includes("in-the-query") && !line.includes("in-a-header")));
  });
});

describe("the host's limits from host.json", () => {
  it("answers 429 beyond maxOutstandingRequests, and serves an empty prefix", async (t) => {
    const app = await testApp("index.ts", {
      extensions: { http: { routePrefix: "", maxOutstandingRequests: 1 } },
    });
    t.after(() => app.remove());
    const { host } = await app.start();
    t.after(() => host.close());
    assert.equal(new URL(host.url).pathname, "/");
    const [first, second] = await Promise.all([fetch(`${host.url}/waits?ms=50`), fetch(`${host.url}/hello`)]);
    assert.deepEqual([first.status, second.status].sort(), [200, 429]);
    assert.equal((await fetch(`${host.url}/hello`)).status, 200);
  });
});
