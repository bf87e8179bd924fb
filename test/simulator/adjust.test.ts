import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { get, raw, send, startBench, type TestBench } from "./support.ts";

type Json = Record<string, unknown>;

function client(bench: TestBench) {
  const origin = bench.simulator.urls.adjust;
  const token = bench.tokens.adjust;
  const parse = async (response: Response): Promise<{ status: number; body: Json }> => {
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  };
  return {
    get: async (target: string) => parse(await get(`${origin}${target}`, token)),
    post: async (target: string, body: unknown) =>
      parse(await send("POST", `${origin}${target}`, token, body)),
  };
}

const android = {
  name: "Tide Tables",
  bundle_id: "com.example.tidetables",
  store_id: "com.example.tidetables",
  platform: "android",
};

describe("authorization", () => {
  test("is a bearer token that is known, else 401 in JSON", async () => {
    await using bench = await startBench();
    const url = `${bench.simulator.urls.adjust}/app-automation/apps/list`;
    for (const token of ["nope", ""]) {
      const response = await get(url, token);
      assert.equal(response.status, 401);
      assert.deepEqual(JSON.parse(await response.text()), { detail: "Invalid token" });
    }
    assert.equal((await get(url, bench.tokens.adjust)).status, 200);
  });
});

describe("apps", () => {
  test("are created once, by store ID and platform, and updated after that", async () => {
    await using bench = await startBench();
    const { post, get: read } = client(bench);
    const created = await post("/app-automation/app", android);
    assert.equal(created.status, 200);
    assert.match(String(created.body.adjust_app_token), /^[a-z0-9]{12}$/);
    assert.match(String(created.body.ticket_token), /^[0-9a-f-]{36}$/);
    assert.equal(created.body.sk_app_id, null);
    const again = await post("/app-automation/app", { ...android, name: "Tides" });
    assert.equal(again.body.adjust_app_token, created.body.adjust_app_token);
    assert.equal(again.body.ticket_token, null, "a new name alone queues no job");
    const forced = await post("/app-automation/app", { ...android, force_update: true });
    assert.match(String(forced.body.ticket_token), /^[0-9a-f-]{36}$/);
    const setup = await post("/app-automation/app", {
      ...android,
      channel_setup: { facebook: { app_id: "1" } },
    });
    assert.match(String(setup.body.ticket_token), /^[0-9a-f-]{36}$/);
    const replaced = await post("/app-automation/app", {
      ...android,
      channel_setup: { google: { link_id: "2" } },
    });
    assert.notEqual(replaced.body.ticket_token, null);
    const found = await read(`/app-automation/app?store_id=${android.store_id}&platform=android`);
    assert.deepEqual(found.body.channel_setup, { google: { link_id: "2" } }, "not merged");
    assert.equal(bench.simulator.world.adjust.apps.length, 6);
  });

  test("take the template's events over", async () => {
    await using bench = await startBench();
    const { post, get: read } = client(bench);
    const { body } = await post("/app-automation/app", { ...android, sections: ["events", "nothing"] });
    const statuses: unknown[] = [];
    let job: Json = {};
    for (let poll = 0; poll < 3; poll += 1) {
      job = (await read(`/app-automation/status/${body.ticket_token}`)).body;
      statuses.push(job.status);
    }
    assert.deepEqual(statuses, ["new", "opened", "completed"]);
    assert.equal(job.kind, "migration");
    assert.deepEqual(job.result, {
      events: { successes: ["purchase", "tutorial"], failures: [] },
      nothing: { section: "nothing", detail: "The template has no such section" },
    });
    const settings = await read(`/app-automation/app/${body.adjust_app_token}/settings?sections=events`);
    assert.equal((settings.body.events as unknown[]).length, 2);
  });

  test("refuse what is missing, unknown or of the wrong form", async () => {
    await using bench = await startBench();
    const { post } = client(bench);
    const wrong: [body: Json, field: string][] = [
      [{ ...android, name: undefined }, "name"],
      [{ ...android, store_id: "" }, "store_id"],
      [{ ...android, platform: "ANDROID" }, "platform"],
      [{ ...android, platform: "ios" }, "store_id"],
      [{ ...android, store_id: "123" }, "store_id"],
      [{ ...android, force_update: "true" }, "force_update"],
      [{ ...android, sections: "events" }, "sections"],
      [{ ...android, channelSetup: {} }, "channelSetup"],
      [{ ...android, ios_pv_shared_secrets: "x" }, "ios_pv_shared_secrets"],
      [{ ...android, template_app_token: "nobody" }, "template_app_token"],
      [{ ...android, channel_setup: { facebook: {} } }, "channel_setup.facebook.app_id"],
      [{ ...android, channel_setup: { google: { link_id: 1 } } }, "channel_setup.google.link_id"],
      [
        { ...android, channel_setup: { snapchat: { snap_app_id: "1", app_id: "1" } } },
        "channel_setup.snapchat.app_id",
      ],
      [{ ...android, channel_setup: { moloco: "x" } }, "channel_setup.moloco"],
      [
        { ...android, override_settings: { signature: { android_signature_hash: ["ab"] } } },
        "override_settings.signature.android_signature_hash",
      ],
      [
        { ...android, override_settings: { signature: { androidSignatureHash: [] } } },
        "override_settings.signature.androidSignatureHash",
      ],
      [
        { ...android, store_id: "1", platform: "ios", override_settings: { signature: {} } },
        "override_settings.signature",
      ],
    ];
    for (const [body, field] of wrong) {
      const answer = await post("/app-automation/app", body);
      assert.equal(answer.status, 400, field);
      assert.deepEqual(Object.keys(answer.body.errors as Json), [field]);
    }
    assert.equal(bench.simulator.world.adjust.apps.length, 5);
    const { adjust } = bench.simulator.urls;
    const plain = await raw(adjust, "/app-automation/app", {
      method: "POST",
      token: bench.tokens.adjust,
      body: "{}",
    });
    assert.equal(plain.status, 415);
  });

  test("are found by store ID and platform, by token, and listed as a bare array", async () => {
    await using bench = await startBench();
    const { get: read } = client(bench);
    const byStore = await read("/app-automation/app?store_id=1480000001&platform=ios");
    assert.equal(byStore.body.adjust_app_token, "hk1ios2game3");
    assert.deepEqual((await read("/app-automation/app/hk1ios2game3")).body, byStore.body);
    const names = async (query: string) => {
      const { body } = await read(`/app-automation/apps/list${query}`);
      assert.ok(Array.isArray(body));
      return body.map(({ token }: { token: string }) => token);
    };
    assert.deepEqual(await names(""), ["hk1ios2game3", "hk9and8game7", "sw4ios5calm6"]);
    assert.deepEqual(await names("?start_date=2024-03-02T00:00:00Z&end_date=2024-06-30T23:59:59Z"), [
      "hk9and8game7",
    ]);
    assert.equal((await read("/app-automation/apps/list?start_date=soon")).status, 400);
    assert.equal((await read("/app-automation/apps/list?limit=1")).status, 400);
    assert.equal((await read("/app-automation/app?store_id=1&platform=ios")).status, 404);
    assert.equal((await read("/app-automation/app?store_id=1480000001")).status, 400);
  });

  test("of the dashboard show their settings only", async () => {
    await using bench = await startBench();
    const { get: read } = client(bench);
    assert.equal((await read("/app-automation/app/dash0only0ap")).status, 404);
    const { body } = await read(
      "/app-automation/app/dash0only0ap/settings?sections=app_info&sections=events",
    );
    assert.deepEqual(Object.keys(body), ["app_info", "events"]);
    assert.equal((await read("/app-automation/app/hk1ios2game3/settings?sections[]=events")).status, 400);
  });

  test("of the dashboard can be read once they were updated through this API", async () => {
    await using bench = await startBench();
    const { post, get: read } = client(bench);
    const facts = {
      name: "Adopted",
      bundle_id: "com.example.adopted",
      store_id: "1480000099",
      platform: "ios",
    };
    assert.equal((await post("/app-automation/app", facts)).body.adjust_app_token, "dash0only0ap");
    assert.equal((await read("/app-automation/app/dash0only0ap")).body.name, "Adopted");
  });

  test("are renamed by POST, which needs a name", async () => {
    await using bench = await startBench();
    const { post, get: read } = client(bench);
    assert.equal((await post("/app-automation/app/hk1ios2game3", { store_id: "1480000009" })).status, 400);
    const { body } = await post("/app-automation/app/hk1ios2game3", {
      name: "Harbor Queens",
      store_id: "1480000009",
    });
    assert.deepEqual([body.name, body.store_id], ["Harbor Queens", "1480000009"]);
    assert.equal((await read(`/app-automation/status/${body.ticket_token}`)).body.kind, "update_app");
    assert.equal((await post("/app-automation/app/nobody", { name: "x" })).status, 404);
  });
});

describe("jobs", () => {
  const follow = async (bench: TestBench, last: string) => {
    const { post, get: read } = client(bench);
    const id = `com.example.${last}`;
    const { body } = await post("/app-automation/app", { ...android, bundle_id: id, store_id: id });
    let job: Json = {};
    for (let poll = 0; poll < 3; poll += 1) {
      job = (await read(`/app-automation/status/${body.ticket_token}`)).body;
    }
    return job;
  };

  test("fail whole or in part, as the last part of the bundle ID says", async () => {
    await using bench = await startBench();
    assert.equal((await follow(bench, "tides")).status, "completed");
    assert.deepEqual(await follow(bench, "tides.fails"), {
      status: "failed",
      kind: "migration",
      result: {
        events: { section: "events", detail: "The settings could not be copied" },
        partners: {
          section: "partners",
          detail: "Could not be started because events section has failed",
        },
        callbacks: {
          section: "callbacks",
          detail: "Could not be started because events section has failed",
        },
      },
    });
    const { status, result } = await follow(bench, "tides.partly");
    assert.equal(status, "completed");
    assert.deepEqual((result as Json).events, {
      successes: ["tutorial"],
      failures: [{ name: "purchase", detail: "purchase could not be created" }],
    });
    const app = bench.simulator.world.adjust.apps.at(-1);
    assert.deepEqual(
      app?.events.map(({ name }) => name),
      ["tutorial"],
    );
  });

  test("have their statuses in capitals on an older host", async () => {
    await using bench = await startBench();
    bench.simulator.world.adjust.capitalStatuses = true;
    assert.equal((await follow(bench, "tides")).status, "COMPLETED");
  });
});

describe("paths", () => {
  test("are exact; another method is 405", async () => {
    await using bench = await startBench();
    const { get: read, post } = client(bench);
    assert.equal((await read("/app-automation/apps")).status, 404);
    assert.equal((await read("/App-Automation/apps/list")).status, 404);
    assert.equal((await post("/app-automation/apps/list", {})).status, 405);
    assert.equal((await read("/app-automation/status/made-up")).status, 404);
  });
});

describe("events", () => {
  test("succeed and fail side by side, matched by name", async () => {
    await using bench = await startBench();
    const { post } = client(bench);
    const wanted = {
      app_tokens: ["hk1ios2game3", "nobody"],
      events: [{ name: "purchase", unique: true }, { name: "win" }],
    };
    const first = await post("/app-automation/events", wanted);
    assert.equal(first.status, 200);
    const successes = first.body.successes as { app_token: string; event: Json }[];
    assert.deepEqual(
      successes.map(({ event }) => [event.name, event.unique]),
      [
        ["purchase", true],
        ["win", false],
      ],
    );
    assert.deepEqual(first.body.failures, [
      { app_token: "nobody", name: "purchase", details: "App not found" },
      { app_token: "nobody", name: "win", details: "App not found" },
    ]);
    const again = await post("/app-automation/events", wanted);
    assert.deepEqual(again.body.successes, first.body.successes, "sending again makes no second event");
    assert.equal(
      (await post("/app-automation/events", { ...wanted, events: [{ unique: true }] })).status,
      400,
    );
    assert.equal((await post("/app-automation/events", { app_tokens: [] })).status, 400);
  });
});
