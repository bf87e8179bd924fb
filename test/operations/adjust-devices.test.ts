import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

const appToken = "hk1ios2game3";
const idfa = "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90";
const adid = "acf8534f2f052395e617a38730682ccc";

const devicesOf = ({ simulator }: Relay) => simulator.world.adjust.devices.devices;

describe("InspectAdjustDevice", () => {
  it("answers in our spelling: no time for what never happened, a row for each event", async () => {
    await using relay = await startRelay();
    const { json } = await relay.call("InspectAdjustDevice", { input: { appToken, advertisingId: idfa } });
    assert.deepEqual(json, {
      adid,
      advertisingId: idfa,
      tracker: "abc123",
      trackerName: "Organic",
      firstTracker: "zr5vueb",
      firstTrackerName: "Organic",
      environment: "sandbox",
      installTime: "2025-08-19T03:42:03Z",
      lastSessionTime: "2026-07-29T17:29:17Z",
      lastEventsInfo: [
        { eventToken: "kgfcul", name: "Copy IDFA", time: "2026-07-18T10:01:16Z" },
        { eventToken: "ev10001x", name: "purchase" },
      ],
      lastSdkVersion: "ios4.37.2",
      state: "installed",
    });
    const [sent] = relay.simulator.requests;
    assert.equal(
      sent?.url,
      `/device_service/api/v2/inspect_device?app_token=${appToken}&advertising_id=${idfa}`,
    );
    assert.match(sent?.headers.authorization ?? "", /^Bearer /);
  });

  it("takes what is new, missing or of another form", async () => {
    await using relay = await startRelay();
    const body = { Adid: 7, LastEventsInfo: ["x"], NewField: { Deep: 1 }, State: null };
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
    const { json } = await relay.call("InspectAdjustDevice", { input: { appToken, advertisingId: idfa } });
    assert.deepEqual(json, { adid: "7", newField: { Deep: 1 } });
  });

  it("of a device that Adjust does not know is 404, and of an answer that is no object 502", async () => {
    await using relay = await startRelay();
    const input = { appToken, advertisingId: "not-a-known-device" };
    assert.equal((await relay.call("InspectAdjustDevice", { input })).error?.code, "not_found");
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body: [] } });
    assert.equal((await relay.call("InspectAdjustDevice", { input })).error?.code, "bad_upstream_response");
  });
});

describe("ForgetAdjustDevice", () => {
  const input = { appToken, adid, confirm: true };

  it("sends a form with the token of the older scheme, and answers Adjust's words", async () => {
    await using relay = await startRelay();
    const { json } = await relay.call("ForgetAdjustDevice", { input: { ...input, confirm: "true" } });
    assert.deepEqual(json, { forgotten: true, message: "Forgot device" });
    assert.equal(devicesOf(relay).length, 2);
    const [sent] = relay.simulator.requests;
    assert.deepEqual(
      [sent?.method, sent?.url, sent?.body.toString(), sent?.headers["content-type"]],
      [
        "POST",
        "/device_service/api/v1/forget_device",
        `app_token=${appToken}&adid=${adid}`,
        "application/x-www-form-urlencoded",
      ],
    );
    assert.match(sent?.headers.authorization ?? "", /^Token token=/);
  });

  it("claims nothing where Adjust says something else", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body: { status: "queued" } } });
    const { json } = await relay.call("ForgetAdjustDevice", { input });
    assert.deepEqual(json, { forgotten: false, message: '{"status":"queued"}' });
  });

  it("says what to do about a refusal, also in plain words", async () => {
    await using relay = await startRelay();
    const unknown = await relay.call("ForgetAdjustDevice", { input: { ...input, adid: "not-there" } });
    assert.deepEqual([unknown.status, unknown.error?.code], [404, "not_found"]);
    assert.match(unknown.error?.hint ?? "", /InspectAdjustDevice/);
    relay.simulator.faults.add({ fault: { kind: "status", status: 403 } });
    const forbidden = await relay.call("ForgetAdjustDevice", { input });
    assert.deepEqual([forbidden.status, forbidden.error?.code], [403, "upstream_forbidden"]);
    assert.match(forbidden.error?.hint ?? "", /admin or an editor/);
    relay.simulator.faults.add({ fault: { kind: "status", status: 400, body: "Bad adid" } });
    const plain = await relay.call("ForgetAdjustDevice", { input });
    assert.equal(plain.error?.upstream?.message, "Bad adid");
  });
});

describe("EraseAdjustDevice", () => {
  const input = { appToken, deviceIdType: "idfa", deviceId: idfa, confirm: true };

  it("sends the documented query with the app's own token, and a web service that says nothing is enough", async () => {
    await using relay = await startRelay();
    const { json } = await relay.call("EraseAdjustDevice", { input });
    assert.deepEqual(json, { erased: true });
    assert.equal(devicesOf(relay).length, 2);
    const [sent] = relay.simulator.requests;
    assert.deepEqual(
      [sent?.method, sent?.url, sent?.headers.authorization],
      [
        "POST",
        `/gdpr_forget_device?app_token=${appToken}&s2s=1&idfa=${idfa}`,
        `Bearer ${relay.demo.vault["demo-adjust-s2s"]?.value}`,
      ],
    );
  });

  it("never uses the account's API token", async () => {
    await using relay = await startRelay();
    const facts = { input: { ...input, credential: "demo-adjust" } };
    const { status, error } = await relay.call("EraseAdjustDevice", facts);
    assert.deepEqual([status, error?.code], [400, "credential_unavailable"]);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("waits for its turn after 10 of one app in a minute, or says when to come again", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime, simulator: { runtime } });
    const begin = runtime.now();
    for (let count = 1; count <= 11; count += 1) {
      const { status } = await relay.call("EraseAdjustDevice", { input, deadlineMs: 95_000 });
      assert.equal(status, 200);
      const waited = runtime.now() - begin;
      assert.ok(count <= 10 ? waited < 5_000 : waited >= 60_000, `${count} after ${waited} ms`);
    }
    assert.ok(
      relay.simulator.requests.every(({ status }) => status === 200),
      "Adjust never said 429",
    );
    for (let count = 0; count < 9; count += 1) await relay.call("EraseAdjustDevice", { input });
    const late = await relay.call("EraseAdjustDevice", { input, deadlineMs: 5_000 });
    assert.deepEqual([late.status, late.error?.code, late.error?.outcome], [429, "rate_limited", "none"]);
    assert.ok(Number(late.headers["retry-after"]) >= 1);
  });

  it("says what Adjust's refusals mean", async () => {
    await using relay = await startRelay();
    const optedOut = { ...input, deviceId: "1111aaaa-3f0a-4a55-9c1d-2e8f4b6a7c90" };
    const legal = await relay.call("EraseAdjustDevice", { input: optedOut });
    assert.deepEqual(
      [legal.status, legal.error?.code, legal.error?.upstream?.status],
      [422, "rejected", 451],
    );
    assert.match(legal.error?.hint ?? "", /law/);
    const other = await relay.call("EraseAdjustDevice", { input: { ...input, appToken: "sw4ios5calm6" } });
    assert.deepEqual([other.status, other.error?.code], [422, "rejected"]);
    assert.match(other.error?.hint ?? "", /credential is the one of this app/);
    relay.simulator.faults.add({
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "status", status: 429, retryAfter: { seconds: 3_600 } },
    });
    const limited = await relay.call("EraseAdjustDevice", { input });
    assert.deepEqual(
      [limited.status, limited.error?.code, limited.error?.outcome],
      [429, "rate_limited", "none"],
    );
  });
});

describe("What cannot be undone", () => {
  const destructive: readonly [operation: string, input: Record<string, unknown>, says: RegExp][] = [
    ["ForgetAdjustDevice", { appToken, adid }, /will forget the device/],
    ["EraseAdjustDevice", { appToken, deviceIdType: "idfa", deviceId: idfa }, /will erase everything/],
  ];
  for (const [operation, input, says] of destructive) {
    it(`is not done without confirm: ${operation}`, async () => {
      await using relay = await startRelay();
      for (const confirm of [undefined, null, "", false, "false", "yes", "True", 1, 0, "1", [], {}, [true]]) {
        const facts: CallFacts = { input: confirm === undefined ? input : { ...input, confirm } };
        const { status, error } = await relay.call(operation, facts);
        assert.deepEqual([status, error?.code], [400, "invalid_input"], JSON.stringify(confirm));
        assert.deepEqual(
          error?.details?.map(({ field }) => field),
          ["confirm"],
        );
        assert.match(error?.details?.[0]?.message ?? "", /^must be true\. Adjust /);
        assert.match(error?.details?.[0]?.message ?? "", says);
      }
      assert.equal(relay.simulator.requests.length, 0);
    });

    it(`is never sent twice when the answer is lost: ${operation}`, async () => {
      for (const fault of [
        { kind: "applied-then-lost" },
        { kind: "status", status: 503 },
        { kind: "html" },
        { kind: "stall", at: "before-headers" },
      ] as const) {
        await using relay = await startRelay({ deadlineMs: 500 });
        relay.simulator.faults.add({ fault });
        const { status, error } = await relay.call(operation, { input: { ...input, confirm: true } });
        assert.deepEqual(
          [status, error?.code, error?.outcome, error?.retryable],
          [409, "outcome_unknown", "unknown", false],
          fault.kind,
        );
        assert.equal(relay.simulator.requests.length, 1, fault.kind);
      }
    });
  }
});

describe("What Adjust's device operations refuse", () => {
  const erase = { appToken, deviceIdType: "idfa", deviceId: idfa, confirm: true };
  const refused: readonly [operation: string, input: Record<string, unknown>, fields: string[]][] = [
    ["InspectAdjustDevice", { appToken }, ["advertisingId"]],
    ["InspectAdjustDevice", { appToken: "A", advertisingId: "a b c d e f" }, ["advertisingId", "appToken"]],
    ["InspectAdjustDevice", { appToken, advertisingId: "short" }, ["advertisingId"]],
    ["ForgetAdjustDevice", { appToken, adid: "a/../../b", confirm: true }, ["adid"]],
    ["ForgetAdjustDevice", {}, ["adid", "appToken", "confirm"]],
    ["EraseAdjustDevice", { ...erase, deviceIdType: "app_token" }, ["deviceIdType"]],
    ["EraseAdjustDevice", { ...erase, deviceIdType: "android_id" }, ["deviceIdType"]],
    ["EraseAdjustDevice", { ...erase, deviceId: "00000000-0000-0000-0000-000000000000" }, ["deviceId"]],
    ["EraseAdjustDevice", { ...erase, deviceId: `${idfa}&adid=x` }, ["deviceId"]],
  ];
  for (const [operation, input, fields] of refused) {
    it(`${operation} refuses ${JSON.stringify(input).slice(0, 90)}`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code], [400, "invalid_input"], JSON.stringify(error));
      assert.deepEqual(error?.details?.map(({ field }) => field).sort(), fields);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});

describe("Device IDs", () => {
  it("stand in no log line, whether a call goes well, is refused or breaks", async () => {
    await using relay = await startRelay({ deadlineMs: 1_000 });
    const calls: readonly (readonly [string, Record<string, unknown>])[] = [
      ["InspectAdjustDevice", { appToken, advertisingId: idfa }],
      ["InspectAdjustDevice", { appToken, advertisingId: `${idfa}/` }],
      ["ForgetAdjustDevice", { appToken, adid: idfa, confirm: true }],
      ["EraseAdjustDevice", { appToken, deviceIdType: "idfa", deviceId: idfa, confirm: true }],
      ["SendAdjustEvent", { appToken, eventToken: "ev10001x", deviceIdType: "idfa", deviceId: idfa }],
      ["SendAdjustEvent", { appToken, eventToken: "ev10001x", deviceIdType: idfa, deviceId: idfa }],
    ];
    const faults = [
      undefined,
      { kind: "status", status: 400, body: { error: `no device ${idfa}` } },
      { kind: "status", status: 500, body: { error: `no device ${idfa}` } },
      { kind: "reset", at: "mid-body" },
      { kind: "redirect", status: 302, location: `/x?idfa=${idfa}` },
      { kind: "html" },
    ] as const;
    for (const fault of faults) {
      for (const [operation, input] of calls) {
        relay.simulator.reset();
        if (fault) relay.simulator.faults.add({ times: Number.POSITIVE_INFINITY, fault });
        await relay.call(operation, { input });
      }
    }
    assert.equal(relay.log.length, faults.length * calls.length);
    for (const line of relay.log) assert.ok(!line.includes(idfa), line);
  });
});
