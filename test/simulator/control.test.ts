import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { get, startBench, type TestBench } from "./support.ts";

async function control(bench: TestBench, method: string, path: string, body?: unknown) {
  const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${bench.simulator.urls.control}/simulator/${path}`, init);
  const json: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, json };
}

const withControl = () => startBench({ ports: { control: 0 } });

describe("the control server", () => {
  test("is there when asked for, on an origin of its own", async () => {
    await using without = await startBench();
    assert.equal(without.simulator.urls.control, undefined);
    await using bench = await withControl();
    assert.equal(new Set(Object.values(bench.simulator.urls)).size, 5);
    for (const url of Object.values(bench.simulator.urls)) assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("adds faults", async () => {
    await using bench = await withControl();
    const fault = { kind: "status", status: 429, retryAfter: { seconds: 2 } };
    const added = await control(bench, "POST", "faults", {
      service: "appStoreConnect",
      path: "/v1/*",
      times: 1,
      fault,
    });
    assert.deepEqual(added, { status: 201, json: { pending: 1 } });
    const url = `${bench.simulator.urls.appStoreConnect}/v1/apps`;
    const answer = await get(url, bench.tokens.team);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "2"]);
    assert.equal((await get(url, bench.tokens.team)).status, 200);
    await control(bench, "POST", "faults", { times: "always", fault: { kind: "empty" } });
    for (let call = 0; call < 3; call += 1)
      assert.equal(await (await get(url, bench.tokens.team)).text(), "");
  });

  test("refuses what is no fault, and says why", async () => {
    await using bench = await withControl();
    const wrong: [body: unknown, reason: RegExp][] = [
      [[], /JSON object/],
      [{}, /fault is required/],
      [{ fault: { kind: "explode" } }, /fault\.kind must be one of status/],
      [{ fault: { kind: "status" } }, /status is required/],
      [{ fault: { kind: "status", status: 99 } }, /status is invalid/],
      [{ fault: { kind: "status", status: 500, retryAfter: { minutes: 1 } } }, /retryAfter is invalid/],
      [{ fault: { kind: "reset", at: "end" } }, /at is invalid/],
      [{ fault: { kind: "html", path: "/" } }, /path is not known/],
      [{ service: "apple", fault: { kind: "html" } }, /service is invalid/],
      [{ times: "often", fault: { kind: "html" } }, /times is invalid/],
    ];
    for (const [body, reason] of wrong) {
      const { status, json } = await control(bench, "POST", "faults", body);
      assert.equal(status, 400);
      assert.match(String(json.error), reason);
    }
    assert.equal(bench.simulator.faults.pending, 0);
  });

  test("shows requests without their tokens", async () => {
    await using bench = await withControl();
    await get(`${bench.simulator.urls.appStoreConnect}/v1/apps?limit=1`, bench.tokens.team);
    await get(`${bench.simulator.urls.adjust}/app-automation/apps/list`, bench.tokens.adjust);
    const { json } = await control(bench, "GET", "requests");
    const [first, second] = json.value as Record<string, Record<string, unknown>>[];
    assert.deepEqual(
      [first?.service, first?.url, first?.status],
      ["appStoreConnect", "/v1/apps?limit=1", 200],
    );
    assert.equal(first?.headers?.authorization, "Bearer …");
    assert.equal(second?.service, "adjust");
    const text = JSON.stringify(json);
    for (const secret of [bench.tokens.adjust, ...bench.tokens.team.split(".")])
      assert.ok(!text.includes(secret));
  });

  test("resets faults, requests and the world", async () => {
    await using bench = await withControl();
    bench.simulator.faults.add({ fault: { kind: "html" } });
    bench.simulator.world.adjust.apps.length = 0;
    await get(`${bench.simulator.urls.appStoreConnect}/v1/apps`, bench.tokens.team);
    bench.simulator.faults.add({ fault: { kind: "html" } });
    assert.equal((await control(bench, "POST", "reset")).status, 200);
    assert.equal(bench.simulator.faults.pending, 0);
    assert.equal(bench.simulator.requests.length, 0);
    assert.equal(bench.simulator.world.adjust.apps.length, 5);
    assert.equal((await control(bench, "GET", "nothing")).status, 404);
  });
});
