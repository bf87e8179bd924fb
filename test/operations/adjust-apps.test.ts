/** Creating, updating and reading Adjust apps: Adjust's traps, what is kept, what is sent again, secrets. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fault } from "../../local/simulator/index.ts";
import { canary, watch } from "../support/canary.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

type Input = Record<string, unknown>;

const android: Input = {
  name: "Tide Tables",
  bundleId: "com.example.tidetables",
  storeId: "com.example.tidetables",
  platform: "android",
};
const ios: Input = {
  name: "Harbor Kings",
  bundleId: "com.example.harborkings",
  storeId: "1480000001",
  platform: "ios",
};
const sha1 = Array.from({ length: 20 }, () => "AB").join(":");

const create = (relay: Relay, input: Input) => relay.call("CreateOrUpdateAdjustApp", { input });

/** Bodies that were sent to create or update an app, oldest first. */
function sent({ simulator }: Relay): Input[] {
  return simulator.requests
    .filter(({ method, url }) => method === "POST" && url === "/app-automation/app")
    .map(({ body }): Input => JSON.parse(body.toString("utf8")));
}

const answers = (body: unknown): Fault => ({
  kind: "status",
  status: 200,
  body: JSON.parse(JSON.stringify(body)),
});

describe("CreateOrUpdateAdjustApp", () => {
  it("sends everything in Adjust's spelling and answers flat fields", async () => {
    await using relay = await startRelay();
    const { status, json } = await create(relay, {
      ...android,
      platform: "ANDROID",
      templateAppToken: "tmpl0app0set",
      sections: ["events", "signature"],
      forceUpdate: "true",
      channelSetup: {
        facebook: { app_id: 987654321, adimpression_forwarding: false },
        applovin: { sdk_keys: ["k1"] },
        google: null,
        moloco: "",
      },
      overrideSettings: { signature: { androidSignatureHash: [sha1], enforceSignature: true } },
      editors: ["me@example.com"],
      purchaseSecret: "",
      keepChannelSetup: null,
    });
    assert.equal(status, 200, JSON.stringify(json));
    assert.deepEqual(sent(relay), [
      {
        name: "Tide Tables",
        bundle_id: "com.example.tidetables",
        store_id: "com.example.tidetables",
        platform: "android",
        template_app_token: "tmpl0app0set",
        sections: ["events", "signature"],
        force_update: true,
        channel_setup: {
          facebook: { app_id: "987654321", adimpression_forwarding: false },
          applovin: { sdk_keys: ["k1"] },
        },
        override_settings: { signature: { android_signature_hash: [sha1], enforce_signature: true } },
        editors: ["me@example.com"],
      },
    ]);
    const { adjustAppToken, ticketToken, ...rest } = Object(json);
    assert.match(adjustAppToken, /^[a-z0-9]{12}$/);
    assert.match(ticketToken, /^[0-9a-f-]{36}$/);
    const { platform: _platform, ...named } = android;
    assert.deepEqual(rest, { ...named, warnings: [] });
  });

  it("answers no ticket and no StoreKit ID where they are null, and text where that ID is a number", async () => {
    await using relay = await startRelay();
    await create(relay, android);
    const again = Object((await create(relay, android)).json);
    assert.deepEqual(["ticketToken" in again, "skAppId" in again], [false, false]);
    for (const sk_app_id of [86372991152, "86372991152"]) {
      relay.simulator.faults.add({ fault: { kind: "fields", replace: { sk_app_id } } });
      assert.equal(Object((await create(relay, ios)).json).skAppId, "86372991152");
    }
  });

  it("takes app tokens of 9 and of 12 characters", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "fields", replace: { adjust_app_token: "abc123xyz" } } });
    assert.equal(Object((await create(relay, android)).json).adjustAppToken, "abc123xyz");
    for (const appToken of ["abc123xyz", "abc123def456"]) {
      assert.equal((await relay.call("GetAdjustApp", { input: { appToken } })).status, 404);
    }
  });

  it("lets keys pass that a partner may get later", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: answers({ adjust_app_token: "a" }) });
    const channelSetup = { facebook: { app_id: "1", later_key: "x" } };
    assert.equal((await create(relay, { ...android, channelSetup })).status, 200);
    assert.deepEqual(sent(relay)[0]?.channel_setup, channelSetup);
  });
});

describe("Keeping the channel setup", () => {
  const setupOf = (relay: Relay) =>
    relay.simulator.world.adjust.apps.find(({ token }) => token === "hk1ios2game3")?.channelSetup;

  it("reads it, puts what is sent over it partner by partner, and sends the whole", async () => {
    await using relay = await startRelay();
    const channelSetup = { google: { link_id: "new" }, tapjoy: { app_id: "t" } };
    assert.equal((await create(relay, { ...ios, channelSetup, keepChannelSetup: true })).status, 200);
    const whole = {
      facebook: { app_id: "987654321" },
      google: { link_id: "new" },
      tapjoy: { app_id: "t" },
    };
    assert.deepEqual(setupOf(relay), whole);
    assert.deepEqual(
      relay.simulator.requests.map(({ method, url }) => `${method} ${url}`),
      ["GET /app-automation/app?store_id=1480000001&platform=ios", "POST /app-automation/app"],
    );
    assert.equal((await create(relay, { ...ios, keepChannelSetup: true })).status, 200);
    assert.deepEqual(setupOf(relay), whole, "with nothing sent, all is kept");
  });

  it("without it what is sent is the whole, as at Adjust", async () => {
    await using relay = await startRelay();
    await create(relay, { ...ios, channelSetup: { google: { link_id: "new" } } });
    assert.deepEqual(setupOf(relay), { google: { link_id: "new" } });
  });

  it("finds nothing to keep at an app that Adjust does not know", async () => {
    await using relay = await startRelay();
    assert.equal((await create(relay, { ...android, keepChannelSetup: true })).status, 200);
    assert.ok(!("channel_setup" in (sent(relay)[0] ?? {})));
  });

  const unusable: readonly [what: string, fault: Fault][] = [
    ["a setup that is a list", { kind: "fields", replace: { channel_setup: [] } }],
    ["a setup that is text", { kind: "fields", replace: { channel_setup: "facebook" } }],
    ["a partner that is text", { kind: "fields", replace: { channel_setup: { facebook: "1" } } }],
    ["another app", { kind: "fields", replace: { store_id: "1480000002" } }],
    ["another platform", { kind: "fields", replace: { platform: "android" } }],
    ["an answer without the app", answers({})],
    ["a list", answers([])],
    ["a web page", { kind: "html" }],
  ];
  for (const [what, fault] of unusable) {
    it(`writes nothing after ${what}`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ method: "GET", fault });
      const { status, error } = await create(relay, { ...ios, keepChannelSetup: true });
      assert.deepEqual([status, error?.code, error?.outcome], [502, "bad_upstream_response", "none"]);
      assert.deepEqual(sent(relay), []);
    });
  }

  it("writes nothing while the app cannot be read", async () => {
    await using relay = await startRelay({ runtime: skippingRuntime() });
    relay.simulator.faults.add({ method: "GET", times: 9, fault: { kind: "status", status: 503 } });
    const { status, error } = await create(relay, { ...ios, keepChannelSetup: true });
    assert.deepEqual([status, error?.code, error?.outcome], [502, "upstream_unavailable", "none"]);
    assert.deepEqual(sent(relay), []);
  });
});

describe("Sending again", () => {
  const faults: readonly Fault[] = [
    { kind: "status", status: 503 },
    { kind: "applied-then-lost" },
    { kind: "reset", at: "mid-body" },
  ];

  it("an app, a new name and events are sent again after passing faults", async () => {
    const calls: readonly [operation: string, input: Input][] = [
      ["CreateOrUpdateAdjustApp", android],
      ["UpdateAdjustApp", { appToken: "hk1ios2game3", name: "Harbor Queens" }],
      ["CreateOrUpdateAdjustEvents", { appTokens: ["hk1ios2game3"], events: [{ name: "win" }] }],
    ];
    for (const [operation, input] of calls) {
      for (const fault of faults) {
        await using relay = await startRelay({ runtime: skippingRuntime() });
        relay.simulator.faults.add({ method: "POST", times: 2, fault });
        const { status } = await relay.call(operation, { input });
        assert.deepEqual([status, relay.simulator.requests.length], [200, 3], `${operation} ${fault.kind}`);
      }
    }
  });

  it("an app with force is sent once: what became of it is to be read", async () => {
    for (const fault of faults) {
      await using relay = await startRelay({ runtime: skippingRuntime() });
      relay.simulator.faults.add({ method: "POST", times: 9, fault });
      const { status, error } = await create(relay, { ...android, forceUpdate: true });
      assert.deepEqual(
        [status, error?.code, error?.retryable, relay.simulator.requests.length],
        [409, "outcome_unknown", false, 1],
        fault.kind,
      );
    }
  });

  it("what was certainly not carried out is sent again, with force too", async () => {
    await using relay = await startRelay({ runtime: skippingRuntime() });
    relay.simulator.faults.add({ fault: { kind: "status", status: 429, retryAfter: { seconds: 1 } } });
    assert.equal((await create(relay, { ...android, forceUpdate: true })).status, 200);
    assert.equal(sent(relay).length, 2);
  });
});

describe("Secrets of an app", () => {
  /** Adjust's own words with everything that it was sent. */
  const echo = (relay: Relay, secret: string, status: number) =>
    relay.simulator.faults.add({
      method: "POST",
      times: 9,
      fault: {
        kind: "status",
        status,
        body: { detail: `bad ${secret}`, errors: { [secret]: `"${secret}"` } },
      },
    });
  const clean = ({ text }: Answer, secret: string) => {
    assert.ok(text.includes("[redacted]"), text);
    assert.ok(!text.includes(secret));
  };

  it("the purchase secret goes out under its singular name and comes back in no error", async () => {
    await using relay = await startRelay();
    const purchaseSecret = canary("purchase-secret");
    const good = await create(relay, { ...ios, purchaseSecret });
    assert.equal(good.status, 200);
    assert.equal(sent(relay)[0]?.ios_pv_shared_secret, purchaseSecret);
    echo(relay, purchaseSecret, 422);
    clean(await create(relay, { ...ios, purchaseSecret }), purchaseSecret);
  });

  it("the purchase secret of a credential too", async () => {
    await using relay = await startRelay();
    const { value = "" } = relay.demo.vault["demo-shared-secret"] ?? {};
    const input = { ...ios, purchaseSecretCredential: "demo-shared-secret" };
    assert.equal((await create(relay, input)).status, 200);
    assert.equal(sent(relay)[0]?.ios_pv_shared_secret, value);
    echo(relay, value, 400);
    clean(await create(relay, input), value);
  });

  it("a credential that is unknown or of another kind is named by its field, alike", async () => {
    await using relay = await startRelay();
    const texts = new Set<string>();
    for (const purchaseSecretCredential of ["nobody", "demo-adjust", "demo-team"]) {
      const { status, error } = await create(relay, { ...ios, purchaseSecretCredential });
      assert.deepEqual(
        [status, error?.code, error?.details?.map(({ field }) => field)],
        [400, "credential_unavailable", ["purchaseSecretCredential"]],
      );
      texts.add(JSON.stringify({ ...error, correlationId: "" }));
    }
    assert.equal(texts.size, 1);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("a partner's password comes back neither in errors nor in answers, sent now or kept", async () => {
    await using relay = await startRelay();
    const password = canary("partner-password");
    const ironsource = { advertiser_id: "7", password };
    assert.equal((await create(relay, { ...ios, channelSetup: { ironsource } })).status, 200);
    const app = relay.simulator.world.adjust.apps.find(({ token }) => token === "hk1ios2game3");
    assert.deepEqual(app?.channelSetup, { ironsource });
    app.settings.partners = [{ name: "ironsource", channel_setup: ironsource }];
    for (const [operation, input] of [
      ["GetAdjustApp", { appToken: "hk1ios2game3" }],
      ["FindAdjustApp", { storeId: "1480000001", platform: "ios" }],
      ["GetAdjustAppSettings", { appToken: "hk1ios2game3" }],
    ] as const) {
      const { text } = await relay.call(operation, { input });
      assert.ok(text.includes("advertiser_id") && !text.includes("password"), text);
    }
    echo(relay, password, 409);
    clean(await create(relay, { ...ios, channelSetup: { ironsource } }), password);

    // Kept: this process never saw the caller send it.
    await using other = await startRelay();
    const kept = other.simulator.world.adjust.apps.find(({ token }) => token === "hk1ios2game3");
    Object.assign(kept?.channelSetup ?? {}, { ironsource });
    echo(other, password, 422);
    clean(await create(other, { ...ios, keepChannelSetup: true }), password);
    assert.deepEqual(Object(sent(other)[0]?.channel_setup).ironsource, ironsource);
  });

  it("secrets of any partner and of the overrides come back in no error, public tokens do", async () => {
    await using relay = await startRelay();
    const secrets = ["chartboost", "unknown-partner", "listed", "deep", "sdk", "overridden"].map(canary);
    const [chartboost, unknown, listed, deep, sdk, overridden] = secrets;
    const known = ["evt10001", sha1, "abc12345", "short"];
    const [event, hash, link, short] = known;
    const fields = {
      channelSetup: {
        chartboost: { app_id: "1", token: chartboost },
        moloco: { API_Password: unknown, secretKeys: [listed], deeper: { list: [{ appSecret: deep }] } },
        tapjoy: { app_id: "1", event_token: link, password: short },
      },
      overrideSettings: {
        sdk_secrets: { list: [{ id: 552143313465, value: sdk }] },
        partners: { client_secret: overridden },
        events: [{ name: "win", token: event }],
        signature: { androidSignatureHash: [hash], enforceSignature: true },
      },
    };
    const detail = [...secrets, "552143313465", ...known].join(" ");
    relay.simulator.faults.add({ method: "POST", fault: { kind: "status", status: 400, body: { detail } } });
    const { status, text } = await create(relay, { ...android, ...fields });
    assert.equal(status, 422, text);
    for (const secret of [...secrets, "552143313465"]) assert.ok(!text.includes(secret), secret);
    for (const word of known) assert.ok(text.includes(word), word);
  });

  it("what Adjust echoes in an answer that succeeds is left out", async () => {
    await using relay = await startRelay();
    const purchaseSecret = watch("an echoed secret", "0123456789abcdef0123456789abcdef");
    relay.simulator.faults.add({
      method: "POST",
      fault: answers({ adjust_app_token: "a", ios_pv_shared_secret: purchaseSecret, channel_setup: {} }),
    });
    const { json } = await create(relay, { ...ios, purchaseSecret });
    assert.deepEqual(json, { adjustAppToken: "a", warnings: [] });
  });
});

describe("UpdateAdjustApp", () => {
  it("sends the name each time, and the IDs that change", async () => {
    await using relay = await startRelay();
    const input = { appToken: "hk1ios2game3", name: "Harbor Queens", storeId: 1480000009, bundleId: "" };
    const { json } = await relay.call("UpdateAdjustApp", { input });
    const { ticketToken, ...rest } = Object(json);
    assert.match(ticketToken, /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, { adjustAppToken: "hk1ios2game3", name: "Harbor Queens", storeId: "1480000009" });
    assert.deepEqual(JSON.parse(relay.simulator.requests[0]?.body.toString() ?? ""), {
      name: "Harbor Queens",
      store_id: "1480000009",
    });
    relay.simulator.faults.add({ fault: answers({ name: "As Adjust has it" }) });
    const ids = { storeId: "com.example.queens", bundleId: "com.example.queen_s" };
    const silent = await relay.call("UpdateAdjustApp", { input: { ...input, ...ids } });
    assert.deepEqual(silent.json, { adjustAppToken: "hk1ios2game3", name: "As Adjust has it", ...ids });
    const none = await relay.call("UpdateAdjustApp", { input: { appToken: "nobody", name: "x" } });
    assert.deepEqual([none.status, none.error?.code], [404, "not_found"]);
  });
});

describe("GetAdjustAppSettings", () => {
  it("repeats sections, and shows apps that were made in the dashboard", async () => {
    await using relay = await startRelay();
    const input = { appToken: "dash0only0ap", sections: "app_info, events" };
    const { json } = await relay.call("GetAdjustAppSettings", { input });
    assert.deepEqual(Object.keys(Object(json)), ["appInfo", "events"]);
    assert.equal(
      relay.simulator.requests[0]?.url,
      "/app-automation/app/dash0only0ap/settings?sections=app_info&sections=events",
    );
  });

  it("answers rows: events as those of the events action, names of events and partners as they are", async () => {
    await using relay = await startRelay();
    const body = {
      app_info: { id: 12345, app_token: "a", stores: { google_play: { store_id: "com.example.a" } } },
      events: [{ name: "first_buy", token: "abc1de", app_token: "a", unique: false, archived: false, id: 7 }],
      partners: [
        {
          name: "facebook",
          revenue_forwarding: true,
          channel_setup: { app_id: "1" },
          events_linking: { first_buy: "fb_buy" },
        },
      ],
      attribution_settings: { click_device_matching: { window: 604800, enabled: true } },
      fraud_prevention_settings: { click_spam: true },
    };
    relay.simulator.faults.add({ fault: answers(body) });
    assert.deepEqual((await relay.call("GetAdjustAppSettings", { input: { appToken: "a" } })).json, {
      appInfo: { id: "12345", appToken: "a", stores: { googlePlay: { storeId: "com.example.a" } } },
      events: [
        {
          eventName: "first_buy",
          eventToken: "abc1de",
          appToken: "a",
          unique: false,
          archived: false,
          id: 7,
        },
      ],
      partners: [
        {
          name: "facebook",
          revenueForwarding: true,
          channelSetup: { app_id: "1" },
          eventsLinking: { first_buy: "fb_buy" },
        },
      ],
      attributionSettings: { clickDeviceMatching: { window: 604800, enabled: true } },
      fraudPreventionSettings: { clickSpam: true },
    });
  });
});
