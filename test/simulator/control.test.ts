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

  test("adds products, sets their prices and shows those of all", async () => {
    await using bench = await withControl();
    const added = await control(bench, "POST", "products", { appId: "1480000002", count: 3 });
    assert.deepEqual(added, { status: 201, json: { ids: ["6800000001", "6800000002", "6800000003"] } });
    const schedule = {
      baseTerritory: "DEU",
      manualPrices: [
        { territory: "DEU", price: "4.99", endDate: "2030-01-01" },
        { territory: "DEU", price: "5.99", startDate: "2030-01-01" },
      ],
    };
    const set = await control(bench, "POST", "prices", { id: "6800000002", schedule, codeShift: 3 });
    assert.equal(set.status, 200, JSON.stringify(set.json));
    const { json } = await control(bench, "GET", "prices");
    const items = json.value as Record<string, unknown>[];
    const find = (id: string) => items.find((item) => item.id === id);
    assert.deepEqual(find("6800000002"), {
      id: "6800000002",
      type: "inAppPurchases",
      baseTerritory: "DEU",
      manualPrices: [
        { territory: "DEU", price: "4.99", startDate: null, endDate: "2030-01-01" },
        { territory: "DEU", price: "5.99", startDate: "2030-01-01", endDate: null },
      ],
      writes: 0,
    });
    assert.deepEqual([find("1480000003")?.baseTerritory, find("1480000003")?.manualPrices], [null, []]);
    assert.equal(items.length, 3 + 248 + 4);
  });

  test("refuses prices and products that can not be, and says why", async () => {
    await using bench = await withControl();
    const price = { territory: "USA", price: "1.23" };
    const wrong: [path: string, body: unknown, reason: RegExp][] = [
      ["prices", [], /JSON object/],
      ["prices", { id: "1", opaqueIds: true }, /no app, in-app purchase or subscription with id 1/],
      ["prices", { codeShift: 3 }, /with id undefined/],
      ["prices", { id: "6710000001", schedule: { baseTerritory: "XXX" } }, /no territory XXX/],
      [
        "prices",
        { id: "6710000001", schedule: { baseTerritory: "USA", manualPrices: [price] } },
        /USA has no/,
      ],
      ["prices", { sharedAmount: price }, /USA has no price of 1\.23/],
      ["prices", { price: 1 }, /price is not known/],
      ["products", { appId: "1", count: 1 }, /appId/],
      ["products", { appId: "1480000001", count: 0 }, /count/],
    ];
    for (const [path, body, reason] of wrong) {
      const { status, json } = await control(bench, "POST", path, body);
      assert.equal(status, 400);
      assert.match(String(json.error), reason);
    }
    assert.equal(
      (await control(bench, "POST", "prices", { sharedAmount: { ...price, price: "1.19" } })).status,
      200,
    );
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
