/** What App Automation is never sent, each with its field, and what only earns a warning. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Relay, startRelay } from "../support/relay.ts";

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
const sha256 = Array.from({ length: 32 }, () => "AB").join(":");
const signed = (androidSignatureHash: unknown) => ({
  overrideSettings: { signature: { androidSignatureHash } },
});
const partner = (name: string, keys: unknown) => ({ channelSetup: { [name]: keys } });

/** Bodies that the simulator got for an app, oldest first. */
function sent({ simulator }: Relay): Input[] {
  return simulator.requests
    .filter(({ method, url }) => method === "POST" && url === "/app-automation/app")
    .map(({ body }): Input => JSON.parse(body.toString("utf8")));
}

const create = (relay: Relay, input: Input) => relay.call("CreateOrUpdateAdjustApp", { input });

describe("Bad input", () => {
  /** Keys that each partner needs. Source: Adjust's page "Channel setup". */
  const needs: Readonly<Record<string, readonly string[]>> = {
    applovin: ["sdk_keys"],
    chartboost: ["app_id", "token"],
    facebook: ["app_id"],
    gameanalytics: ["key"],
    google: ["link_id"],
    inmobi: ["property_id", "advertiser_id"],
    ironsource: ["advertiser_id", "password"],
    mintegral: ["enabled"],
    snapchat: ["snap_app_id"],
    tapjoy: ["app_id"],
    tiktok: ["app_id", "enabled"],
    unityads: ["game_id"],
    vungle: ["app_id"],
  };
  const hash = "overrideSettings.signature.androidSignatureHash[0]";
  const rows: readonly [what: string, operation: string, input: Input, fields: string[], said?: RegExp][] = [
    ["another platform", "CreateOrUpdateAdjustApp", { ...android, platform: "windows" }, ["platform"]],
    [
      "an iOS store ID that is not digits",
      "CreateOrUpdateAdjustApp",
      { ...ios, storeId: "com.example.harborkings" },
      ["storeId"],
      /digits/,
    ],
    [
      "an Android store ID of digits",
      "CreateOrUpdateAdjustApp",
      { ...android, storeId: 1480000001 },
      ["storeId"],
      /package name/,
    ],
    [
      "a hash of 19 bytes",
      "CreateOrUpdateAdjustApp",
      { ...android, ...signed([sha1.slice(3)]) },
      [hash],
      /20 bytes/,
    ],
    [
      "a hash of 32 bytes",
      "CreateOrUpdateAdjustApp",
      { ...android, ...signed([sha256]) },
      [hash],
      /looks like SHA-256/,
    ],
    [
      "32 bytes without colons in lower case",
      "CreateOrUpdateAdjustApp",
      { ...android, ...signed([sha256.replaceAll(":", "").toLowerCase()]) },
      [hash],
      /looks like SHA-256/,
    ],
    [
      "a hash in lower case",
      "CreateOrUpdateAdjustApp",
      { ...android, ...signed([sha1.toLowerCase()]) },
      [hash],
      /upper case/,
    ],
    [
      "a hash without colons",
      "CreateOrUpdateAdjustApp",
      { ...android, ...signed([sha1.replaceAll(":", "")]) },
      [hash],
      /colon/,
    ],
    [
      "a second hash",
      "CreateOrUpdateAdjustApp",
      { ...android, ...signed([sha1, "x"]) },
      [hash.replace("0", "1")],
    ],
    [
      "a signature override on iOS",
      "CreateOrUpdateAdjustApp",
      { ...ios, overrideSettings: { signature: { enforceSignature: true } } },
      ["overrideSettings.signature"],
      /Android/,
    ],
    [
      "Adjust's own spelling inside of our signature",
      "CreateOrUpdateAdjustApp",
      { ...android, overrideSettings: { signature: { android_signature_hash: [sha1] } } },
      ["overrideSettings.signature.android_signature_hash"],
      /androidSignatureHash/,
    ],
    ...Object.entries(needs).flatMap(([name, keys]) => [
      row(
        `${name} without a key`,
        partner(name, {}),
        keys.map((key) => `channelSetup.${name}.${key}`),
      ),
      row(
        `${name} with empty keys`,
        partner(name, Object.fromEntries(keys.map((key) => [key, ""]))),
        keys.map((key) => `channelSetup.${name}.${key}`),
      ),
      row(`${name} that is no object`, partner(name, "x"), [`channelSetup.${name}`]),
    ]),
    row("applovin with an empty list", partner("applovin", { sdk_keys: [] }), [
      "channelSetup.applovin.sdk_keys",
    ]),
    row("tiktok without enabled", partner("tiktok", { app_id: "1" }), ["channelSetup.tiktok.enabled"]),
    row("an unknown partner that is no object", partner("moloco", "x"), ["channelSetup.moloco"]),
    [
      "snapchat.app_id",
      "CreateOrUpdateAdjustApp",
      { ...android, ...partner("snapchat", { app_id: "1" }) },
      ["channelSetup.snapchat.app_id"],
      /use snap_app_id/,
    ],
    row("a template token with capitals", { templateAppToken: "ABC" }, ["templateAppToken"]),
    row("an editor without an address", { editors: ["me@example.com", "me"] }, ["editors[1]"]),
    row("a name of spaces", { name: "  " }, ["name"]),
    row("a bundle ID with a slash", { bundleId: "com/example" }, ["bundleId"]),
    row("a misspelled field", { store_id: "x", channel_setup: {} }, ["store_id", "channel_setup"]),
    row("an iOS bundle ID with an underscore", { ...ios, bundleId: "com.example.a_b" }, ["bundleId"]),
    row("a purchase secret on Android", { purchaseSecret: "0123456789abcdef" }, ["purchaseSecret"], /iOS/),
    row("a purchase secret's credential on Android", { purchaseSecretCredential: "demo-shared-secret" }, [
      "purchaseSecretCredential",
    ]),
    row(
      "two purchase secrets",
      { ...ios, purchaseSecret: "0123456789abcdef", purchaseSecretCredential: "demo-shared-secret" },
      ["purchaseSecret"],
    ),
    row("a purchase secret that is too short to be hidden", { ...ios, purchaseSecret: "12345" }, [
      "purchaseSecret",
    ]),
    ["an app token with a dash", "UpdateAdjustApp", { appToken: "a-b", name: "x" }, ["appToken"]],
    ["no name", "UpdateAdjustApp", { appToken: "hk1ios2game3", storeId: "1" }, ["name"]],
    ["a store ID with a slash", "UpdateAdjustApp", { appToken: "a", name: "x", storeId: "a/b" }, ["storeId"]],
    ...["abc", "-5", "com.", "1.2", ".com", "com..x"].map((storeId): (typeof rows)[number] => [
      `the store ID ${storeId}`,
      "UpdateAdjustApp",
      { appToken: "a", name: "x", storeId },
      ["storeId"],
      /digits only, or a package name/,
    ]),
    [
      "an underscore beside an App Store ID",
      "UpdateAdjustApp",
      { appToken: "a", name: "x", storeId: 1480000001, bundleId: "com_bad.x" },
      ["bundleId"],
      /iOS/,
    ],
    ...[" x", "x ", "a\nb", "x\r\n", "a\tb", "a\u0000b", "a\u0085b", "\u00a0x", "a\u2028b"].flatMap(
      (name): (typeof rows)[number][] => [
        row(`an app named ${JSON.stringify(name)}`, { name }, ["name"], /one line/),
        ["the same", "UpdateAdjustApp", { appToken: "a", name }, ["name"]],
        ["the same", "CreateAdjustLink", { appToken: "a", name }, ["name"]],
        [
          "the same",
          "CreateOrUpdateAdjustEvents",
          { appTokens: ["a"], events: [{ name }] },
          ["events[0].name"],
          /one line/,
        ],
      ],
    ),
    [
      "an event name that differs by case",
      "CreateOrUpdateAdjustEvents",
      { appTokens: ["a"], events: [{ name: "win" }, { name: "Win" }] },
      ["events[1].name"],
      /same as events\[0\]\.name, but for capitals/,
    ],
    ["an app token of capitals", "GetAdjustAppSettings", { appToken: "HK1" }, ["appToken"]],
    ["sections[]", "GetAdjustAppSettings", { appToken: "hk1ios2game3", sections: "a,[b]" }, ["sections"]],
    ["reversed dates", "ListAdjustApps", { startDate: "2026-02-02", endDate: "2026-02-01" }, ["endDate"]],
    ["dates that are not ISO 8601", "ListAdjustApps", { startDate: "1/2/2026" }, ["startDate"]],
    ["a ticket that is no UUID", "GetAdjustJob", { ticketToken: "7d5c6b1e" }, ["ticketToken"]],
    ["a ticket that is no UUID", "WaitForAdjustJob", { ticketToken: "x" }, ["ticketToken"]],
    [
      "a blank event name",
      "CreateOrUpdateAdjustEvents",
      { appTokens: ["a"], events: [{ name: " " }] },
      ["events[0].name"],
    ],
    [
      "an empty event name",
      "CreateOrUpdateAdjustEvents",
      { appTokens: ["a"], events: [{ name: "" }] },
      ["events[0].name"],
    ],
    [
      "a double event name",
      "CreateOrUpdateAdjustEvents",
      { appTokens: ["a"], events: [{ name: "win" }, { name: "buy" }, { name: "win" }] },
      ["events[2].name"],
      /events\[0\]\.name/,
    ],
    [
      "a double app token, and one out of form",
      "CreateOrUpdateAdjustEvents",
      { appTokens: ["a", "b", "a"], events: [{ name: "win" }] },
      ["appTokens[2]"],
    ],
    [
      "an app token out of form",
      "CreateOrUpdateAdjustEvents",
      { appTokens: ["A"], events: [{ name: "win" }] },
      ["appTokens[0]"],
    ],
    [
      "no app and no event",
      "CreateOrUpdateAdjustEvents",
      { appTokens: [], events: [] },
      ["appTokens", "events"],
    ],
    [
      "more rows than one call takes",
      "CreateOrUpdateAdjustEvents",
      {
        appTokens: Array.from({ length: 101 }, (_, index) => `app${index}`),
        events: Array.from({ length: 50 }, (_, index) => ({ name: `event ${index}` })),
      },
      ["appTokens"],
      /5050 rows/,
    ],
  ];

  function row(what: string, changes: Input, fields: string[], said?: RegExp): (typeof rows)[number] {
    const input = { ...android, ...changes };
    return said
      ? [what, "CreateOrUpdateAdjustApp", input, fields, said]
      : [what, "CreateOrUpdateAdjustApp", input, fields];
  }

  it("is named by its field, all of it, before anything is sent", async () => {
    await using relay = await startRelay();
    assert.ok(rows.length > 70);
    for (const [what, operation, input, fields, said] of rows) {
      const { status, error } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code, error?.source], [400, "invalid_input", "relay"], what);
      assert.deepEqual(error?.details?.map(({ field }) => field).sort(), [...fields].sort(), what);
      if (said) assert.match(error?.details?.[0]?.message ?? "", said, what);
    }
    const all = { ...ios, storeId: "x", ...signed([sha1]), ...partner("facebook", {}) };
    const { error } = await create(relay, all);
    assert.deepEqual(error?.details?.map(({ field }) => field).sort(), [
      "channelSetup.facebook.app_id",
      "overrideSettings.signature",
      "storeId",
    ]);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("that may be right is a warning: unknown partner or section, a store ID that is not the bundle ID", async () => {
    await using relay = await startRelay();
    const { status, json } = await create(relay, {
      ...android,
      bundleId: "com.example.other",
      sections: ["events", "new_section"],
      channelSetup: { moloco: { key: "1" } },
      overrideSettings: {
        newer_section: { some_key: 1 },
        callbacks: [{ id: "global", url: "https://example.com" }],
      },
      verification: true,
    });
    assert.equal(status, 200);
    const { warnings } = Object(json);
    assert.deepEqual(
      warnings.map((text: string) => text.slice(0, 34)),
      [
        "The store ID com.example.tidetables is not the bundle",
        "The section new_section is not known",
        "channelSetup.moloco is not a partner",
        "overrideSettings.newer_section is not",
        "Verification applies to iOS apps only.",
      ].map((text) => text.slice(0, 34)),
    );
    const [body] = sent(relay);
    assert.deepEqual(body?.channel_setup, { moloco: { key: "1" } });
    assert.deepEqual(body?.override_settings, {
      newer_section: { some_key: 1 },
      callbacks: [{ id: "global", url: "https://example.com" }],
    });
  });
});
