import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeDemoKeys } from "../../local/simulator/index.ts";
import { canary, sweep } from "../support/canary.ts";
import { type Relay, startRelay } from "../support/relay.ts";

const appToken = "hk1ios2game3";
const idfa = "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90";
const event = { appToken, eventToken: "ev10001x", deviceIdType: "idfa", deviceId: idfa };

const taken = ({ simulator }: Relay) => simulator.world.adjust.devices.s2sEvents;
const formOf = ({ simulator }: Relay) =>
  Object.fromEntries(new URLSearchParams(simulator.requests.at(-1)?.body.toString()));
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe("SendAdjustEvent", () => {
  it("sends what is needed and nothing else", async () => {
    await using relay = await startRelay();
    const { json } = await relay.call("SendAdjustEvent", { input: event });
    assert.deepEqual(json, { accepted: true });
    assert.deepEqual(formOf(relay), {
      s2s: "1",
      app_token: appToken,
      event_token: "ev10001x",
      idfa,
    });
    const [sent] = relay.simulator.requests;
    assert.deepEqual(
      [sent?.method, sent?.url, sent?.headers["content-type"], sent?.headers.authorization],
      [
        "POST",
        "/event",
        "application/x-www-form-urlencoded",
        `Bearer ${relay.demo.vault["demo-adjust-s2s"]?.value}`,
      ],
    );
  });

  it("sends everything that there is, in Adjust's form", async () => {
    await using relay = await startRelay();
    const createdAt = daysAgo(57);
    const input = {
      ...event,
      createdAt,
      revenue: "4.99",
      currency: "EUR",
      environment: "sandbox",
      ipAddress: "203.0.113.7",
      userAgent: "Mozilla/5.0 (ä; &=+)",
      callbackParams: { order: 7, note: "a & b = ü", empty: "", none: null },
      partnerParams: { campaign: "spring" },
    };
    assert.equal((await relay.call("SendAdjustEvent", { input })).status, 200);
    assert.deepEqual(formOf(relay), {
      s2s: "1",
      app_token: appToken,
      event_token: "ev10001x",
      idfa,
      created_at_unix: String(Math.floor(Date.parse(createdAt) / 1000)),
      revenue: "4.99",
      currency: "EUR",
      environment: "sandbox",
      ip_address: "203.0.113.7",
      user_agent: "Mozilla/5.0 (ä; &=+)",
      callback_params: '{"order":"7","note":"a & b = ü"}',
      partner_params: '{"campaign":"spring"}',
    });
    assert.equal(taken(relay).length, 1);
  });

  it("takes any kind of device ID, known or new", async () => {
    await using relay = await startRelay();
    const adid = "acf8534f2f052395e617a38730682ccc";
    const known = await relay.call("SendAdjustEvent", {
      input: { ...event, deviceIdType: "adid", deviceId: adid },
    });
    assert.equal(known.status, 200);
    await relay.call("SendAdjustEvent", { input: { ...event, deviceIdType: "tv_id2" } });
    assert.equal(formOf(relay).tv_id2, idfa);
  });

  it("writes the smallest and the largest revenue as plain decimals", async () => {
    await using relay = await startRelay();
    for (const revenue of [0.001, 100_000_000_000]) {
      assert.equal(
        (await relay.call("SendAdjustEvent", { input: { ...event, revenue, currency: "USD" } })).status,
        200,
      );
      assert.match(formOf(relay).revenue ?? "", /^(0\.001|100000000000)$/);
    }
  });

  it("is content with an answer in any form below 400", async () => {
    await using relay = await startRelay();
    for (const fault of [
      { kind: "status", status: 200, body: "OK" },
      { kind: "status", status: 200, body: { status: "OK" } },
      { kind: "empty" },
      { kind: "no-content" },
    ] as const) {
      relay.simulator.faults.add({ fault });
      assert.equal((await relay.call("SendAdjustEvent", { input: event })).status, 200, fault.kind);
    }
  });
});

describe("A 202 of Adjust", () => {
  it("is the refusal that it is: nothing was taken, and the vault was read once more", async () => {
    await using relay = await startRelay();
    relay.simulator.setKeys({ ...relay.demo.keys, adjustS2s: [] });
    const { status, error, headers } = await relay.call("SendAdjustEvent", { input: event });
    assert.deepEqual(
      [status, error?.code, error?.source, error?.outcome, error?.retryable, error?.upstream],
      [
        502,
        "credential_rejected",
        "adjust",
        "none",
        false,
        { status: 202, message: "Wrong authentication token" },
      ],
    );
    assert.match(error?.hint ?? "", /belong to one app/);
    assert.equal(headers["x-relay-error"], undefined);
    assert.equal(relay.simulator.requests.length, 2);
    assert.equal(taken(relay).length, 0);
  });

  it("is cured by a token that was rotated in the meantime", async () => {
    await using relay = await startRelay();
    assert.equal((await relay.call("SendAdjustEvent", { input: event })).status, 200);
    const next = makeDemoKeys();
    relay.simulator.setKeys({ ...relay.demo.keys, adjustS2s: next.keys.adjustS2s });
    const document = next.vault["demo-adjust-s2s"] ?? assert.fail();
    await relay.writeSecret("demo-adjust-s2s", document);
    assert.equal((await relay.call("SendAdjustEvent", { input: event })).status, 200);
    assert.equal(taken(relay).length, 2);
  });

  it("for another app's token says to name the credential of this app", async () => {
    await using relay = await startRelay();
    const input = { ...event, appToken: "sw4ios5calm6", eventToken: "any" };
    const { status, error } = await relay.call("SendAdjustEvent", { input });
    assert.deepEqual([status, error?.code], [502, "credential_rejected"]);
    assert.match(error?.hint ?? "", /Name the credential of this app/);
  });

  it("in plain words is understood too, and one that says something else is of unknown outcome", async () => {
    await using relay = await startRelay();
    const say = (body: string | object, times: number) => {
      relay.simulator.reset();
      relay.simulator.faults.add({
        times,
        fault: { kind: "status", status: 202, body: JSON.parse(JSON.stringify(body)) },
      });
    };
    say("Missing authentication token", 2);
    const missing = await relay.call("SendAdjustEvent", { input: event });
    assert.deepEqual([missing.status, missing.error?.code], [502, "credential_rejected"]);
    for (const body of ["accepted", { status: "OK" }, { error: "later" }, []]) {
      say(body, 1);
      const other = await relay.call("SendAdjustEvent", { input: event });
      assert.deepEqual(
        [other.status, other.error?.code, other.error?.outcome],
        [409, "outcome_unknown", "unknown"],
      );
      assert.equal(relay.simulator.requests.length, 1);
    }
  });

  it("with the token echoed gives nothing away", async () => {
    await using relay = await startRelay();
    const token = relay.demo.vault["demo-adjust-s2s"]?.value ?? "";
    for (const status of [202, 400, 401, 403]) {
      relay.simulator.reset();
      relay.simulator.faults.add({
        times: 2,
        fault: { kind: "status", status, body: { error: `Wrong authentication token ${token}` } },
      });
      const { text, error } = await relay.call("SendAdjustEvent", { input: event });
      assert.match(error?.upstream?.message ?? "", /redacted/, String(status));
      sweep([
        { label: "answer", text },
        { label: "log", text: relay.log.at(-1) ?? "" },
      ]);
    }
  });
});

describe("What Adjust says of an event", () => {
  const rows: readonly [
    what: string,
    input: object,
    status: number,
    code: string,
    upstream: number,
    hint: RegExp,
  ][] = [
    [
      "an event that is not the app's",
      { eventToken: "nobody" },
      422,
      "rejected",
      400,
      /Correct what Adjust names/,
    ],
    [
      "a device that it never saw",
      { deviceId: "aaaaaaaa-bbbb" },
      404,
      "not_found",
      404,
      /has run on the device/,
    ],
    [
      "a user who has opted out",
      { deviceId: "1111aaaa-3f0a-4a55-9c1d-2e8f4b6a7c90" },
      422,
      "rejected",
      451,
      /opted out/,
    ],
    ["an app that it does not know", { appToken: "nobody" }, 404, "not_found", 404, /Check the app token/],
  ];
  for (const [what, input, status, code, upstream, hint] of rows) {
    it(`of ${what}: ${code}, and what to do`, async () => {
      await using relay = await startRelay();
      const answer = await relay.call("SendAdjustEvent", { input: { ...event, ...input } });
      assert.deepEqual(
        [answer.status, answer.error?.code, answer.error?.outcome, answer.error?.upstream?.status],
        [status, code, "none", upstream],
      );
      assert.match(answer.error?.hint ?? "", hint);
      assert.match(answer.error?.upstream?.message ?? "", /^Event request failed \(/);
    });
  }

  it("of a unique event the second time: nothing is left to do", async () => {
    await using relay = await startRelay();
    for (const app of relay.simulator.world.adjust.apps) for (const one of app.events) one.unique = true;
    assert.equal((await relay.call("SendAdjustEvent", { input: event })).status, 200);
    const { status, error } = await relay.call("SendAdjustEvent", { input: event });
    assert.deepEqual([status, error?.code], [422, "rejected"]);
    assert.match(error?.message ?? "", /earlier unique event/);
    assert.match(error?.hint ?? "", /nothing is left to do/);
  });

  it("of an app whose tracking is off: what to look at", async () => {
    await using relay = await startRelay();
    const body = { error: "Event request failed (Tracking disabled)" };
    relay.simulator.faults.add({ fault: { kind: "status", status: 403, body } });
    const { status, error } = await relay.call("SendAdjustEvent", { input: event });
    assert.deepEqual([status, error?.code], [403, "upstream_forbidden"]);
    assert.match(error?.hint ?? "", /tracking is off/);
  });

  it("gets lost: one POST, of unknown outcome, and a hint what a second one does", async () => {
    for (const fault of [
      { kind: "applied-then-lost" },
      { kind: "status", status: 500, apply: true },
      { kind: "stall", at: "after-headers" },
      { kind: "html", apply: true },
    ] as const) {
      await using relay = await startRelay({ deadlineMs: 1_000 });
      relay.simulator.faults.add({ fault });
      const { status, error } = await relay.call("SendAdjustEvent", { input: event });
      assert.deepEqual(
        [status, error?.code, error?.outcome],
        [409, "outcome_unknown", "unknown"],
        fault.kind,
      );
      assert.match(error?.hint ?? "", /a second one counts too/);
      assert.equal(relay.simulator.requests.length, 1, fault.kind);
      assert.equal(taken(relay).length, 1, fault.kind);
    }
  });

  it("is asked again after a 429, since nothing was taken", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "status", status: 429 } });
    assert.equal((await relay.call("SendAdjustEvent", { input: event })).status, 200);
    assert.deepEqual([relay.simulator.requests.length, taken(relay).length], [2, 1]);
  });
});

describe("Credentials of Adjust's server-to-server services", () => {
  it("are told apart by name where there are several, one for each app", async () => {
    await using relay = await startRelay();
    const document = {
      value: canary("s2s-of-another-app"),
      tags: { kind: "adjust-s2s" },
      enabled: true,
      expiresOn: null,
    };
    await relay.writeSecret("adjust-s2s-stillwater", document);
    const unnamed = await relay.call("SendAdjustEvent", { input: event });
    assert.deepEqual([unnamed.status, unnamed.error?.code], [400, "credential_required"]);
    assert.match(unnamed.error?.message ?? "", /adjust-s2s-stillwater, demo-adjust-s2s/);
    const named = await relay.call("SendAdjustEvent", { input: { ...event, credential: "demo-adjust-s2s" } });
    assert.equal(named.status, 200);
  });

  it("are never used for the account's APIs, nor the account's token for them", async () => {
    await using relay = await startRelay();
    for (const [operation, input] of [
      ["SendAdjustEvent", { ...event, credential: "demo-adjust" }],
      ["ListAdjustLinks", { appToken, credential: "demo-adjust-s2s" }],
      ["InspectAdjustDevice", { appToken, advertisingId: idfa, credential: "demo-adjust-s2s" }],
    ] as const) {
      assert.equal((await relay.call(operation, { input })).error?.code, "credential_unavailable", operation);
    }
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("are not tried by TestConnection, and alone they are in order", async () => {
    const demo = makeDemoKeys();
    const only = demo.vault["demo-adjust-s2s"] ?? assert.fail();
    await using relay = await startRelay({ demo: { ...demo, vault: { "demo-adjust-s2s": only } } });
    const { json } = await relay.call("TestConnection");
    const { ok, services, problems } = Object(json);
    assert.deepEqual([ok, problems], [true, []]);
    assert.deepEqual(
      services.map(({ credential }: { credential: string }) => credential),
      ["none", "none", "none"],
    );
    assert.equal(relay.simulator.requests.length, 0);
    await relay.writeSecret("demo-adjust-s2s", { ...only, value: "no token, for it has spaces" });
    const broken = Object((await relay.call("TestConnection")).json);
    assert.equal(broken.ok, false);
    assert.equal(broken.problems[0].name, "demo-adjust-s2s");
  });
});

describe("What SendAdjustEvent refuses", () => {
  const refused: readonly [input: Record<string, unknown>, fields: string[]][] = [
    [{ eventToken: undefined, deviceId: undefined }, ["deviceId", "eventToken"]],
    [{ appToken: "HK" }, ["appToken"]],
    [{ eventToken: "A-B" }, ["eventToken"]],
    [{ deviceIdType: "GPS-ADID" }, ["deviceIdType"]],
    [{ deviceIdType: "app_token" }, ["deviceIdType"]],
    [{ deviceIdType: "revenue" }, ["deviceIdType"]],
    [{ deviceIdType: "s2s" }, ["deviceIdType"]],
    [{ deviceId: "a&s2s=0" }, ["deviceId"]],
    [{ deviceId: "00000000-0000-0000-0000-000000000000" }, ["deviceId"]],
    [{ createdAt: daysAgo(59) }, ["createdAt"]],
    [{ createdAt: daysAgo(-1) }, ["createdAt"]],
    [{ createdAt: "yesterday" }, ["createdAt"]],
    [{ createdAt: "1760000000" }, ["createdAt"]],
    [{ revenue: 4.99 }, ["currency"]],
    [{ currency: "USD" }, ["revenue"]],
    [{ revenue: 0, currency: "USD" }, ["revenue"]],
    [{ revenue: 0.0009, currency: "USD" }, ["revenue"]],
    [{ revenue: -1, currency: "USD" }, ["revenue"]],
    [{ revenue: 100_000_000_001, currency: "USD" }, ["revenue"]],
    [{ revenue: "1,99", currency: "USD" }, ["revenue"]],
    [{ revenue: 1, currency: "usd" }, ["currency"]],
    [{ revenue: 1, currency: "US" }, ["currency"]],
    [{ environment: "test" }, ["environment"]],
    [{ ipAddress: "2001:db8::1" }, ["ipAddress"]],
    [{ ipAddress: "203.0.113.256" }, ["ipAddress"]],
    [{ ipAddress: "203.0.113" }, ["ipAddress"]],
    [{ ipAddress: "203.0.113.07" }, ["ipAddress"]],
    [{ callbackParams: { a: { b: "c" } } }, ["callbackParams.a"]],
    [{ callbackParams: { a: ["b"], c: true } }, ["callbackParams.a", "callbackParams.c"]],
    [{ callbackParams: "a=b", partnerParams: [] }, ["callbackParams", "partnerParams"]],
    [{ idfa }, ["idfa"]],
    [
      { deviceIdType: "currency", createdAt: daysAgo(100), revenue: 1 },
      ["createdAt", "currency", "deviceIdType"],
    ],
  ];
  for (const [input, fields] of refused) {
    it(`${JSON.stringify(input).slice(0, 90)}: 400 by field, and nothing is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call("SendAdjustEvent", { input: { ...event, ...input } });
      assert.deepEqual([status, error?.code], [400, "invalid_input"], JSON.stringify(error));
      assert.deepEqual(error?.details?.map(({ field }) => field).sort(), fields);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});
