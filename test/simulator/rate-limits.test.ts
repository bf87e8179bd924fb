import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { get, raw, send, startBench, stillRuntime } from "./support.ts";

const now = Date.UTC(2026, 10, 22, 12);
const patch = { data: { type: "inAppPurchases", id: "6710000001", attributes: { name: "Rain" } } };

describe("App Store Connect's budgets", () => {
  test("count down by key: the hour always, the minute on writes", async () => {
    await using bench = await startBench({ runtime: stillRuntime(now) });
    const { urls } = bench.simulator;
    const rest = async (response: Response) => response.headers.get("x-rate-limit");
    const apps = `${urls.appStoreConnect}/v1/territories?limit=1`;
    assert.equal(await rest(await get(apps, bench.tokens.team)), "user-hour-lim:3500;user-hour-rem:3499;");
    assert.equal(await rest(await get(apps, bench.tokens.team)), "user-hour-lim:3500;user-hour-rem:3498;");
    assert.equal(
      await rest(await get(apps, bench.tokens.individual)),
      "user-hour-lim:3500;user-hour-rem:3499;",
    );
    const purchase = `${urls.appStoreConnect}/v2/inAppPurchases/6710000001`;
    assert.equal(
      await rest(await send("PATCH", purchase, bench.tokens.team, patch)),
      "user-hour-lim:3500;user-hour-rem:3497;user-minute-lim:250;user-minute-rem:249;",
    );
  });

  test("may come as two headers", async () => {
    await using bench = await startBench();
    bench.simulator.world.appStoreConnect.limits.repeatHeader = true;
    const answer = await raw(bench.simulator.urls.appStoreConnect, "/v2/inAppPurchases/6710000001", {
      method: "PATCH",
      token: bench.tokens.team,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(patch),
    });
    const values = answer.rawHeaders.filter((_, index) => answer.rawHeaders[index - 1] === "x-rate-limit");
    assert.deepEqual(values, [
      "user-hour-lim:3500;user-hour-rem:3499;",
      "user-minute-lim:250;user-minute-rem:249;",
    ]);
  });

  test("answer 429 when used up, and roll on", async () => {
    const runtime = stillRuntime(now);
    await using bench = await startBench({ runtime });
    bench.simulator.world.appStoreConnect.limits.hour = 2;
    const url = `${bench.simulator.urls.appStoreConnect}/v1/territories?limit=1`;
    const call = async () => get(url, bench.tokens.team);
    assert.equal((await call()).status, 200);
    assert.equal((await call()).status, 200);
    const over = await call();
    assert.equal(over.status, 429);
    assert.equal(over.headers.get("x-rate-limit"), "user-hour-lim:2;user-hour-rem:0;");
    assert.equal(over.headers.get("retry-after"), null);
    assert.match(await over.text(), /RATE_LIMIT_EXCEEDED/);
    bench.simulator.world.appStoreConnect.limits.retryAfterSeconds = 7;
    assert.equal((await call()).headers.get("retry-after"), "7");
    // Half an hour later the budget is still used up, for the window rolls; the token would be over after an hour.
    runtime.set(now + 10 * 60_000);
    assert.equal((await call()).status, 429);
    bench.simulator.world.appStoreConnect.limits.hour = 3;
    assert.equal((await call()).status, 200);
  });

  test("of the minute stop writes while reads go on", async () => {
    const runtime = stillRuntime(now);
    await using bench = await startBench({ runtime });
    const { limits } = bench.simulator.world.appStoreConnect;
    limits.minute = 1;
    const purchase = `${bench.simulator.urls.appStoreConnect}/v2/inAppPurchases/6710000001`;
    const write = async () => (await send("PATCH", purchase, bench.tokens.team, patch)).status;
    assert.equal(await write(), 200);
    assert.equal(await write(), 429);
    assert.equal((await get(purchase, bench.tokens.team)).status, 200);
    runtime.set(now + 61_000);
    assert.equal(await write(), 200);
  });
});

describe("the App Store Server API's published limits", () => {
  test("are off unless asked for", async () => {
    await using bench = await startBench({ runtime: stillRuntime(now) });
    const token = await bench.tokens.purchase("com.example.stillwater");
    const url = `${bench.simulator.urls.appStoreServer}/inApps/v1/transactions/300000000000001`;
    for (let call = 0; call < 60; call += 1) assert.equal((await get(url, token)).status, 200);
  });

  test("hold per app, endpoint and second, with a UNIX time in milliseconds to wait for", async () => {
    const runtime = stillRuntime(now);
    await using bench = await startBench({ runtime });
    bench.simulator.world.appStoreServer.enforceRateLimits = true;
    const token = await bench.tokens.purchase("com.example.stillwater");
    const url = `${bench.simulator.urls.appStoreServer}/inApps/v1/transactions/300000000000001`;
    for (let call = 0; call < 50; call += 1) assert.equal((await get(url, token)).status, 200);
    runtime.set(now + 400);
    const over = await get(url, token);
    assert.equal(over.status, 429);
    assert.equal(over.headers.get("retry-after"), String(now + 1000));
    assert.match(await over.text(), /4290000/);
    const history = `${bench.simulator.urls.appStoreServer}/inApps/v2/history/300000000000001`;
    assert.equal((await get(history, token)).status, 200);
    runtime.set(now + 1000);
    assert.equal((await get(url, token)).status, 200);
  });

  test("are a tenth in the sandbox", async () => {
    await using bench = await startBench({ runtime: stillRuntime(now) });
    bench.simulator.world.appStoreServer.enforceRateLimits = true;
    const token = await bench.tokens.purchase("com.example.stillwater");
    const { appStoreServerSandbox } = bench.simulator.urls;
    const post = () =>
      send("POST", `${appStoreServerSandbox}/inApps/v1/notifications/test`, token, undefined);
    assert.equal((await post()).status, 200);
    const over = await post();
    assert.deepEqual([over.status, over.headers.get("retry-after")], [429, String(now + 10_000)]);
  });
});
