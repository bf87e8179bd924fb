import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type RawAnswer, raw, startBench, stillRuntime, type TestBench } from "./support.ts";

interface Wish {
  method?: string;
  /** The whole header. */
  authorization?: string;
  json?: unknown;
  form?: Record<string, string>;
}

const appToken = "hk1ios2game3";
const trackers = `/public/v2/apps/${appToken}/trackers`;
const idfa = "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90";

function client({ simulator, demo }: TestBench) {
  const account = demo.vault["demo-adjust"]?.value ?? "";
  const s2s = demo.vault["demo-adjust-s2s"]?.value ?? "";
  return {
    token: `Token token=${account}`,
    bearer: `Bearer ${account}`,
    s2s: `Bearer ${s2s}`,
    call: (target: string, { method, authorization = "", json, form }: Wish): Promise<RawAnswer> =>
      raw(simulator.urls.adjust, target, {
        ...(method !== undefined && { method }),
        headers: {
          authorization,
          ...(json !== undefined && { "content-type": "application/json" }),
          ...(form && { "content-type": "application/x-www-form-urlencoded" }),
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(form && { body: new URLSearchParams(form).toString() }),
      }),
  };
}

const bodyOf = ({ body }: RawAnswer) => JSON.parse(body.toString());

describe("schemes", () => {
  test("are each taken where they are documented, and nowhere else", async () => {
    await using bench = await startBench();
    const { call, token, bearer, s2s } = client(bench);
    const rows: readonly [target: string, wish: Wish, right: string][] = [
      ["/public/v2/partners", {}, token],
      [trackers, {}, token],
      ["/device_service/api/v1/forget_device", { method: "POST", form: {} }, token],
      [`/device_service/api/v2/inspect_device?app_token=${appToken}&advertising_id=${idfa}`, {}, bearer],
      ["/engage/deep-links", { method: "POST", json: { link_token: "abc123" } }, bearer],
    ];
    for (const [target, wish, right] of rows) {
      for (const authorization of [token, bearer, s2s, "Token token=x", "Bearer x", ""]) {
        const { status } = await call(target, { ...wish, authorization });
        assert.equal(
          status === 401,
          authorization !== right,
          `${target} with ${authorization.split(" ")[0]}`,
        );
      }
    }
  });
});

describe("links", () => {
  test("come in pages with a cursor of their own list, and the last has none", async () => {
    await using bench = await startBench();
    const { call, token: authorization } = client(bench);
    const seen: string[] = [];
    let target = `${trackers}?limit=2`;
    for (;;) {
      const { data } = bodyOf(await call(target, { authorization }));
      seen.push(...data.items.map(({ token }: { token: string }) => token));
      if (data.paging.next === null) {
        assert.equal(data.paging.cursor, null);
        break;
      }
      assert.equal(new URL(data.paging.next).searchParams.get("cursor"), data.paging.cursor);
      target = `${trackers}?limit=2&cursor=${data.paging.cursor}`;
    }
    assert.deepEqual(seen, ["abc123", "abc124", "abc125", "abc126", "abc127"]);
    const { data } = bodyOf(await call(`${trackers}?limit=2`, { authorization }));
    for (const query of ["cursor=x", "limit=0", "limit=x", "page=2", "limit=1&limit=2"]) {
      assert.equal((await call(`${trackers}?${query}`, { authorization })).status, 400, query);
    }
    const foreign = `/public/v2/partners?cursor=${data.paging.cursor}`;
    assert.equal((await call(foreign, { authorization })).status, 400);
    assert.equal((await call(trackers.replace(appToken, "nobody"), { authorization })).status, 404);
    assert.equal((await call(`${trackers}/nobody/children`, { authorization })).status, 404);
  });

  test("may have one name, go four levels deep, and refuse what is unknown", async () => {
    await using bench = await startBench();
    const { call, token: authorization } = client(bench);
    const post = (json: unknown) => call(trackers, { method: "POST", authorization, json });
    const twice = [await post({ name: "Same" }), await post({ name: "Same" })];
    const tokens = twice.map((answer) => bodyOf(answer).data.items[0].token);
    assert.equal(new Set(tokens).size, 2);
    assert.equal((await post({ name: "Deep", parent_token: "adgr01" })).status, 200);
    for (const json of [
      {},
      { name: "" },
      { name: "x", parent_token: "crea01" },
      { name: "x", parentToken: "abc123" },
      { name: 1 },
    ]) {
      assert.equal((await post(json)).status, 400, JSON.stringify(json));
    }
    const patch = (json: unknown) => call(`${trackers}/abc125`, { method: "PATCH", authorization, json });
    const { data } = bodyOf(await patch({ partner_id: 174, cost_data_enabled: true }));
    assert.deepEqual([data.items[0].partner_id, data.items[0].cost_data_enabled], [174, true]);
    for (const json of [{ partner_id: 9 }, { partner_id: "174" }, { name: "x" }]) {
      assert.equal((await patch(json)).status, 400, JSON.stringify(json));
    }
  });
});

describe("deep links", () => {
  test("are made one by one, in bulk and repointed; unknown members are refused", async () => {
    await using bench = await startBench();
    const { call, bearer: authorization } = client(bench);
    const post = (target: string, json: unknown) => call(target, { method: "POST", authorization, json });
    const short = bodyOf(await post("/engage/deep-links", { link_token: "abc123", shorten_url: true }));
    assert.match(short.url, /^https:\/\/example\.go\.link\/[0-9a-f]{5}$/);
    const many = bodyOf(
      await post("/engage/deep-links/bulk", { data: [{ link_token: "a" }, { link_token: "b" }] }),
    );
    assert.equal(many.data.length, 2);
    assert.equal((await post("/engage/deep-links", { shorten_url: true })).status, 400);
    assert.equal((await post("/engage/deep-links", { link_token: "a", linkToken: "b" })).status, 400);
    assert.equal((await post("/engage/deep-links/bulk", { data: [{ label: "x" }] })).status, 400);
    const repointed = await call(`/engage/deep-links/${short.url.slice(-5)}`, {
      method: "PUT",
      authorization,
      json: { link_token: "abc124" },
    });
    assert.deepEqual([repointed.status, repointed.body.length], [204, 0]);
    const nobody = { method: "PUT", authorization, json: { link_token: "x" } };
    assert.equal((await call("/engage/deep-links/nobody", nobody)).status, 404);
  });
});

describe("the device service", () => {
  test("knows devices of one app, and forgets by a form", async () => {
    await using bench = await startBench();
    const { call, token, bearer } = client(bench);
    const inspect = (query: string) =>
      call(`/device_service/api/v2/inspect_device?${query}`, { authorization: bearer });
    assert.equal((await inspect(`app_token=${appToken}&advertising_id=${idfa}`)).status, 200);
    assert.equal((await inspect(`app_token=sw4ios5calm6&advertising_id=${idfa}`)).status, 404);
    assert.equal((await inspect(`app_token=${appToken}`)).status, 400);
    assert.equal((await inspect(`app_token=${appToken}&advertising_id=${idfa}&x=1`)).status, 400);
    const forget = (wish: Wish) =>
      call("/device_service/api/v1/forget_device", { method: "POST", authorization: token, ...wish });
    const form = { app_token: appToken, adid: "acf8534f2f052395e617a38730682ccc" };
    assert.equal((await forget({ json: form })).status, 415);
    assert.equal((await forget({ form: { ...form, confirm: "true" } })).status, 400);
    const done = await forget({ form });
    assert.deepEqual([done.status, done.body.toString()], [200, "Forgot device"]);
    assert.equal((await forget({ form })).status, 404);
  });
});

describe("the server-to-server services", () => {
  const form = { s2s: "1", app_token: appToken, event_token: "ev10001x", idfa };

  test("answer 202 to a token that is missing, unknown or another app's, and take nothing", async () => {
    await using bench = await startBench();
    const { call, bearer, s2s } = client(bench);
    const said = async (authorization: string, fields: Record<string, string>) => {
      const answer = await call("/event", { method: "POST", authorization, form: fields });
      return [answer.status, bodyOf(answer).error];
    };
    assert.deepEqual(await said("", form), [202, "Missing authentication token"]);
    assert.deepEqual(await said(bearer, form), [202, "Wrong authentication token"]);
    assert.deepEqual(await said(s2s, { ...form, app_token: "sw4ios5calm6" }), [
      202,
      "Wrong authentication token",
    ]);
    assert.equal(bench.simulator.world.adjust.devices.s2sEvents.length, 0);
    assert.deepEqual(await said(s2s, form), [200, undefined]);
    assert.equal(bench.simulator.world.adjust.devices.s2sEvents.length, 1);
  });

  test("refuse events that are not right, each with a reason", async () => {
    await using bench = await startBench();
    const { call, s2s: authorization } = client(bench);
    const old = String(Math.floor(Date.now() / 1000) - 59 * 86_400);
    const rows: readonly [fields: Record<string, string>, status: number, reason: string][] = [
      [{ app_token: "nobody" }, 404, "App token not found"],
      [{ event_token: "nobody" }, 400, "Invalid event token"],
      [{ s2s: "0" }, 400, "Bad event state"],
      [{ colour: "blue" }, 400, "Unknown parameter colour"],
      [{ created_at_unix: old }, 400, "Bad event state"],
      [{ callback_params: '{"a":{"b":"c"}}' }, 400, "Invalid callback parameters"],
      [{ revenue: "0.0001" }, 400, "Invalid revenue"],
      [{ idfa: "nobody" }, 404, "Device not found"],
      [{ idfa: "1111aaaa-3f0a-4a55-9c1d-2e8f4b6a7c90" }, 451, "Device is opted out"],
    ];
    for (const [fields, status, reason] of rows) {
      const answer = await call("/event", { method: "POST", authorization, form: { ...form, ...fields } });
      assert.deepEqual([answer.status, bodyOf(answer).error], [status, `Event request failed (${reason})`]);
    }
    assert.equal((await call("/event", { method: "POST", authorization, json: form })).status, 415);
  });

  test("erase at most 10 times a minute for each app, by one device ID", async () => {
    const runtime = stillRuntime(Date.now());
    await using bench = await startBench({ runtime });
    const { call, bearer, s2s } = client(bench);
    const erase = async (query: string, authorization = s2s) =>
      (await call(`/gdpr_forget_device?${query}`, { method: "POST", authorization })).status;
    const query = `app_token=${appToken}&s2s=1&idfa=${idfa}`;
    for (const wrong of [
      `app_token=${appToken}&idfa=${idfa}`,
      `app_token=${appToken}&s2s=1`,
      `${query}&adid=x`,
      `${query}&confirm=true`,
      `app_token=${appToken}&s2s=1&android_id=x`,
    ]) {
      assert.equal(await erase(wrong), 400, wrong);
    }
    assert.equal(await erase(query, bearer), 400);
    for (let count = 0; count < 10; count += 1) assert.equal(await erase(query), 200);
    assert.equal(await erase(query), 429);
    runtime.set(runtime.now() + 60_000);
    assert.equal(await erase(query), 200);
    assert.equal(await erase(query.replace(idfa, "1111aaaa-3f0a-4a55-9c1d-2e8f4b6a7c90")), 451);
  });
});
