import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";

describe("Adjust's apps", () => {
  const harborKings = {
    name: "Harbor Kings",
    storeId: "1480000001",
    platform: "ios",
    adjustAppToken: "hk1ios2game3",
    additionalInfo: { overrides: {} },
    channelSetup: { facebook: { app_id: "987654321" }, google: { link_id: "harbor_link" } },
    crossPromoToken: "hk1ios2",
  };

  it("are got by token and found by store ID, in our spelling; partners keep theirs", async () => {
    await using relay = await startRelay();
    assert.deepEqual(
      (await relay.call("GetAdjustApp", { input: { appToken: "hk1ios2game3" } })).json,
      harborKings,
    );
    assert.deepEqual(
      (await relay.call("FindAdjustApp", { input: { storeId: "1480000001", platform: "ios" } })).json,
      harborKings,
    );
    assert.deepEqual(
      relay.simulator.requests.map(({ url }) => url),
      ["/app-automation/app/hk1ios2game3", "/app-automation/app?store_id=1480000001&platform=ios"],
    );
  });

  it("are found with a number for a store ID and any spelling of the platform", async () => {
    await using relay = await startRelay();
    for (const platform of ["ios", "iOS", "IOS"]) {
      const { json } = await relay.call("FindAdjustApp", { query: { storeId: "1480000001", platform } });
      assert.equal(Object(json).adjustAppToken, "hk1ios2game3");
    }
    const android = await relay.call("FindAdjustApp", {
      input: { storeId: "com.example.harborkings", platform: "Android" },
    });
    assert.equal(Object(android.json).adjustAppToken, "hk9and8game7");
  });

  it("are listed by the day on which they were created", async () => {
    await using relay = await startRelay();
    const rows: readonly [input: Record<string, string>, tokens: string[]][] = [
      [{}, ["hk1ios2game3", "hk9and8game7", "sw4ios5calm6"]],
      [{ startDate: "2024-03-02" }, ["hk9and8game7", "sw4ios5calm6"]],
      [{ startDate: "2024-03-02T09:00:00Z" }, ["hk9and8game7", "sw4ios5calm6"]],
      [{ startDate: "2024-03-02T09:00:01Z" }, ["sw4ios5calm6"]],
      [{ endDate: "2024-03-01T23:59:59Z" }, ["hk1ios2game3"]],
      [{ startDate: "2024-03-02T00:00:00Z", endDate: "2024-03-02T23:59:59Z" }, ["hk9and8game7"]],
      [{ startDate: "2030-01-01" }, []],
      [{ startDate: "", endDate: "" }, ["hk1ios2game3", "hk9and8game7", "sw4ios5calm6"]],
    ];
    for (const [query, tokens] of rows) {
      const { status, json } = await relay.call("ListAdjustApps", { query });
      assert.equal(status, 200);
      assert.deepEqual(
        Object(json).value.map((app: { adjustAppToken: string }) => app.adjustAppToken),
        tokens,
        JSON.stringify(query),
      );
      assert.equal(Object(json).totalCount, tokens.length);
    }
    assert.deepEqual(Object((await relay.call("ListAdjustApps")).json).value[0], {
      name: "Harbor Kings",
      adjustAppToken: "hk1ios2game3",
    });
  });

  it("fill a dropdown in the order of their names", async () => {
    await using relay = await startRelay();
    assert.deepEqual((await relay.call("LookUpAdjustApps")).json, {
      value: [
        { id: "hk1ios2game3", title: "Harbor Kings (hk1ios2game3)" },
        { id: "hk9and8game7", title: "Harbor Kings Android (hk9and8game7)" },
        { id: "sw4ios5calm6", title: "Stillwater (sw4ios5calm6)" },
      ],
    });
  });

  it("that were made in the dashboard or never are 404", async () => {
    await using relay = await startRelay();
    for (const answer of [
      await relay.call("GetAdjustApp", { input: { appToken: "dash0only0ap" } }),
      await relay.call("GetAdjustApp", { input: { appToken: "nobody" } }),
      await relay.call("FindAdjustApp", { input: { storeId: "1480000099", platform: "ios" } }),
    ]) {
      assert.deepEqual(
        [answer.status, answer.error?.code, answer.error?.source, answer.error?.upstream],
        [404, "not_found", "adjust", { status: 404, message: "App not found" }],
      );
    }
  });

  const refused: readonly [operation: string, input: Record<string, string>, fields: string[]][] = [
    ["GetAdjustApp", { appToken: "HK1IOS" }, ["appToken"]],
    ["GetAdjustApp", { appToken: "a".repeat(65) }, ["appToken"]],
    ["FindAdjustApp", { storeId: "com.example.harborkings", platform: "ios" }, ["storeId"]],
    ["FindAdjustApp", { storeId: "1480000001", platform: "android" }, ["storeId"]],
    ["FindAdjustApp", { storeId: "com.example/x", platform: "android" }, ["storeId"]],
    ["FindAdjustApp", { storeId: "1480000001", platform: "windows" }, ["platform"]],
    ["FindAdjustApp", { storeId: "1480000001" }, ["platform"]],
    ["FindAdjustApp", {}, ["storeId", "platform"]],
    ["ListAdjustApps", { startDate: "yesterday", endDate: "2026-02-30" }, ["startDate", "endDate"]],
    ["ListAdjustApps", { startDate: "2026-02-02", endDate: "2026-02-01" }, ["endDate"]],
  ];
  for (const [operation, input, fields] of refused) {
    it(`${operation} refuses ${JSON.stringify(input).slice(0, 70)}`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code], [400, "invalid_input"]);
      assert.deepEqual(error?.details?.map(({ field }) => field).sort(), fields.sort());
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("with members of Adjust's at any depth are spelled our way, but for partners and overrides", async () => {
    await using relay = await startRelay();
    const body = {
      adjust_app_token: "t",
      new_section: { deep_list: [{ an_item: 1 }] },
      channel_setup: { some_partner: { a_key: 1 } },
      additional_info: { overrides: { keep_this: 1 }, override_settings: { keep_that: 2 }, other_fact: 3 },
    };
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
    assert.deepEqual((await relay.call("GetAdjustApp", { input: { appToken: "t" } })).json, {
      adjustAppToken: "t",
      newSection: { deepList: [{ anItem: 1 }] },
      channelSetup: { some_partner: { a_key: 1 } },
      additionalInfo: { overrides: { keep_this: 1 }, overrideSettings: { keep_that: 2 }, otherFact: 3 },
    });
  });
});
