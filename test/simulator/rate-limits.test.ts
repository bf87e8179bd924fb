import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { get, mint, raw, send, startBench, stillRuntime, teamFacts } from "./support.ts";

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

describe("App Store Connect's budgets of price schedules", () => {
  const schedules = "v1/inAppPurchasePriceSchedules";

  test("are one a minute for each endpoint, reads among them", async () => {
    const runtime = stillRuntime(now);
    await using bench = await startBench({ runtime });
    bench.simulator.world.appStoreConnect.limits.minute = 2;
    const origin = bench.simulator.urls.appStoreConnect;
    const read = async (target: string) => {
      const response = await get(`${origin}/${target}`, bench.tokens.team);
      return [response.status, /user-minute-.*/.exec(response.headers.get("x-rate-limit") ?? "")?.[0]];
    };
    const own = `v2/inAppPurchases/6710000001/iapPriceSchedule`;
    assert.deepEqual(await read(own), [200, "user-minute-lim:2;user-minute-rem:1;"]);
    assert.deepEqual(await read(own.replace("01/", "02/")), [200, "user-minute-lim:2;user-minute-rem:0;"]);
    assert.deepEqual(await read(own), [429, "user-minute-lim:2;user-minute-rem:0;"]);
    const list = `${schedules}/6710000001/manualPrices`;
    assert.deepEqual(await read(list), [200, "user-minute-lim:2;user-minute-rem:1;"]);
    assert.deepEqual(await read("v2/inAppPurchases/6710000001/pricePoints?limit=1"), [200, undefined]);
    const write = async () => (await send("POST", `${origin}/${schedules}`, bench.tokens.team, {})).status;
    assert.deepEqual([await write(), await write(), await write()], [409, 409, 429]);
    runtime.set(now + 60_000);
    assert.equal((await read(own))[0], 200);
    assert.equal(await write(), 409);
  });

  test("follow a clock that is given, slot by slot", async () => {
    let time = now;
    await using bench = await startBench({ now: () => time });
    const { limits } = bench.simulator.world.appStoreConnect;
    limits.minute = 60;
    const token = await mint(teamFacts(bench.demo, now));
    const url = `${bench.simulator.urls.appStoreConnect}/v2/inAppPurchases/6710000001/iapPriceSchedule`;
    const left = async () => {
      const response = await get(url, token);
      await response.arrayBuffer();
      return Number(/user-minute-rem:(\d+)/.exec(response.headers.get("x-rate-limit") ?? "")?.[1]);
    };
    // One call a second fills the window, and then never exceeds it.
    for (let second = 0; second < 60; second += 1) {
      time = now + second * 1_000;
      assert.equal(await left(), 59 - second);
    }
    for (let second = 60; second < 90; second += 1) {
      time = now + second * 1_000;
      assert.equal(await left(), 0);
    }
    time = now + 120_000;
    assert.equal(await left(), 59 - 29);
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
    bench.simulator.notifications.configure({ url: "http://127.0.0.1:9/" });
    const token = await bench.tokens.purchase("com.example.stillwater");
    const { appStoreServerSandbox } = bench.simulator.urls;
    const post = () =>
      send("POST", `${appStoreServerSandbox}/inApps/v1/notifications/test`, token, undefined);
    assert.equal((await post()).status, 200);
    const over = await post();
    assert.deepEqual([over.status, over.headers.get("retry-after")], [429, String(now + 10_000)]);
  });
});
