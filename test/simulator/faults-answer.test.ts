import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Fault, FaultTarget } from "../../local/simulator/index.ts";
import { get, type RawAnswer, raw, send, startBench, stillRuntime, type TestBench } from "./support.ts";

const now = Date.UTC(2026, 10, 22, 12);
const runtime = stillRuntime(now);
let bench: TestBench;

before(async () => {
  bench = await startBench({ runtime });
});
afterEach(() => {
  assert.equal(bench.simulator.faults.pending, 0, "every fault was used up");
  bench.simulator.reset();
});
after(() => bench.simulator.close());

function add(fault: Fault, target: FaultTarget = {}): void {
  bench.simulator.faults.add({ service: "appStoreConnect", fault, ...target });
}

function apps(): Promise<RawAnswer> {
  return raw(bench.simulator.urls.appStoreConnect, "/v1/apps", { token: bench.tokens.team });
}

const patch = { data: { type: "inAppPurchases", id: "6710000001", attributes: { name: "Applied" } } };

function write(): Promise<RawAnswer> {
  return raw(bench.simulator.urls.appStoreConnect, "/v2/inAppPurchases/6710000001", {
    token: bench.tokens.team,
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(patch),
  });
}

const applied = () =>
  bench.simulator.world.appStoreConnect.resources.get("inAppPurchases", "6710000001")?.attributes.name ===
  "Applied";

describe("which request a fault acts on", () => {
  test("a number of times, in the order added", async () => {
    add({ kind: "status", status: 500 }, { times: 2 });
    add({ kind: "status", status: 503 });
    const statuses = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await apps()).status);
    assert.deepEqual(statuses, [500, 500, 503, 200]);
  });

  test("by service, method and path", async () => {
    add({ kind: "status", status: 500 }, { method: "PATCH" });
    add({ kind: "status", status: 501 }, { path: "/v1/app" });
    add({ kind: "status", status: 502 }, { path: "/v2/*/6710000001", method: "GET" });
    add({ kind: "status", status: 503 }, { path: /users$/g, times: 2 });
    add({ kind: "status", status: 504 }, { service: "adjust" });
    assert.equal((await apps()).status, 200);
    assert.equal((await write()).status, 500);
    const { appStoreConnect, adjust } = bench.simulator.urls;
    const status = async (url: string, token: string) => (await get(url, token)).status;
    assert.equal(await status(`${appStoreConnect}/v1/app`, bench.tokens.team), 501);
    assert.equal(await status(`${appStoreConnect}/v2/inAppPurchases/6710000001`, bench.tokens.team), 502);
    for (const call of [1, 2])
      assert.equal(await status(`${appStoreConnect}/v1/users`, bench.tokens.team), 503, `call ${call}`);
    assert.equal(await status(`${adjust}/app-automation/apps/list`, bench.tokens.adjust), 504);
  });

  test("a path pattern holds dots and brackets literally", async () => {
    const remove = bench.simulator.faults.add({ path: "/v1/a.ps", fault: { kind: "status", status: 500 } });
    assert.equal((await apps()).status, 200);
    remove();
  });

  test("after letting some through", async () => {
    add({ kind: "status", status: 500 }, { skip: 1 });
    assert.deepEqual([(await apps()).status, (await apps()).status, (await apps()).status], [200, 500, 200]);
  });

  test("for good, until it is taken away", async () => {
    const times = Number.POSITIVE_INFINITY;
    const remove = bench.simulator.faults.add({ times, fault: { kind: "status", status: 500 } });
    for (let call = 0; call < 5; call += 1) assert.equal((await apps()).status, 500);
    remove();
    assert.equal((await apps()).status, 200);
  });

  test("is written down with the request", async () => {
    add({ kind: "status", status: 500 });
    await apps();
    const [request] = bench.simulator.requestsTo("appStoreConnect");
    assert.deepEqual([request?.faults, request?.status], [["status"], 500]);
  });
});

describe("statuses", () => {
  test("come with the service's own error body", async () => {
    for (const status of [401, 403, 404, 409, 429, 500, 503]) {
      add({ kind: "status", status });
      const answer = await apps();
      const body: { errors: { status: string }[] } = JSON.parse(answer.body.toString());
      assert.deepEqual([answer.status, body.errors[0]?.status], [status, String(status)]);
    }
    add({ kind: "status", status: 429 }, { service: "appStoreServer" });
    const limited = await fetch(`${bench.simulator.urls.appStoreServer}/inApps/v1/transactions/1`);
    assert.equal(limited.headers.get("retry-after"), String(now + 1000));
    assert.deepEqual(JSON.parse(await limited.text()), {
      errorCode: 4290000,
      errorMessage: "Rate limit exceeded.",
    });
    add({ kind: "status", status: 504 }, { service: "adjust" });
    const slow = await fetch(`${bench.simulator.urls.adjust}/reports-service/report`);
    assert.deepEqual(JSON.parse(await slow.text()), { detail: "The query took too long" });
  });

  test("502 is a web page", async () => {
    add({ kind: "status", status: 502 });
    const answer = await apps();
    assert.equal(answer.headers["content-type"], "text/html");
    assert.match(answer.body.toString(), /^<!DOCTYPE html>/);
  });

  test("may have a body and headers of the test's own", async () => {
    add({ kind: "status", status: 418, body: { a: 1 }, headers: { "x-extra": "e" } });
    const json = await apps();
    assert.deepEqual([json.status, json.body.toString(), json.headers["x-extra"]], [418, '{"a":1}', "e"]);
    add({ kind: "status", status: 500, body: "plain" });
    assert.equal((await apps()).body.toString(), "plain");
  });

  test("carry Retry-After in every form", async () => {
    const forms = [
      [{ seconds: 3 }, "3"],
      [{ seconds: 0 }, "0"],
      [{ seconds: 1e9 }, "1000000000"],
      [{ httpDate: 90 }, "Sun, 22 Nov 2026 12:01:30 GMT"],
      [{ unixMilliseconds: 2 }, String(now + 2000)],
      [{ raw: "soon" }, "soon"],
    ] as const;
    for (const [retryAfter, expected] of forms) {
      add({ kind: "status", status: 429, retryAfter });
      assert.equal((await apps()).headers["retry-after"], expected);
    }
  });

  test("stand in for the call, unless it is to be applied first", async () => {
    add({ kind: "status", status: 500 });
    assert.equal((await write()).status, 500);
    assert.equal(applied(), false);
    add({ kind: "status", status: 500, apply: true });
    assert.equal((await write()).status, 500);
    assert.equal(applied(), true);
  });
});

describe("answers that are none", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} leads elsewhere`, async () => {
      add({ kind: "redirect", status, location: "https://evil.invalid/v1/apps" });
      const answer = await apps();
      assert.deepEqual([answer.status, answer.headers.location], [status, "https://evil.invalid/v1/apps"]);
    });
  }

  test("a web page, nothing, and no content", async () => {
    add({ kind: "html" });
    const page = await apps();
    assert.deepEqual([page.status, page.headers["content-type"]], [200, "text/html; charset=utf-8"]);
    add({ kind: "empty" });
    const empty = await apps();
    assert.deepEqual(
      [empty.status, empty.headers["content-type"], empty.body.length],
      [200, "application/json", 0],
    );
    add({ kind: "no-content" });
    const none = await apps();
    assert.deepEqual([none.status, none.headers["content-length"], none.body.length], [204, undefined, 0]);
  });

  test("leave a write unapplied", async () => {
    for (const kind of ["html", "empty", "no-content"] as const) {
      add({ kind });
      await write();
    }
    add({ kind: "redirect", status: 307, location: "/" });
    assert.equal((await write()).status, 307);
    assert.equal(applied(), false);
  });
});

test("requests are recorded exactly as they came", async () => {
  const origin = bench.simulator.urls.adjust;
  await raw(origin, "/a/../%2e%2E//b?x=%zz&code=1", {
    method: "DELETE",
    headers: { "X-Odd-Case": "v" },
    body: "\u0000é",
  });
  await send("POST", `${origin}/app-automation/app`, bench.tokens.adjust, {});
  const [odd, post] = bench.simulator.requestsTo("adjust");
  assert.deepEqual([odd?.method, odd?.url, odd?.status], ["DELETE", "/a/../%2e%2E//b?x=%zz&code=1", 400]);
  assert.ok(odd?.rawHeaders.includes("X-Odd-Case"));
  assert.deepEqual(odd?.body, Buffer.from("\u0000é"));
  assert.deepEqual([post?.body.toString(), post?.headers["content-type"]], ["{}", "application/json"]);
  assert.equal(bench.simulator.requestsTo("appStoreConnect").length, 0);
});
