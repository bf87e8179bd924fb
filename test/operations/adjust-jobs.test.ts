/** Adjust's jobs as flat rows, and waiting for them: 202 until the end, by a token that is stored nowhere. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeToken, type ResultSubject } from "../../functions/waits/result-token.ts";
import type { Fault } from "../../local/simulator/index.ts";
import { canary } from "../support/canary.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";
import { skippingRuntime } from "../upstream/skipping-runtime.ts";

const android = {
  name: "Tide Tables",
  bundleId: "com.example.tidetables",
  storeId: "com.example.tidetables",
  platform: "android",
};
const ended = "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90";

/** Creates an app. @returns the ticket of its settings job. */
async function ticketOf(relay: Relay, last = "tidetables"): Promise<string> {
  const id = `com.example.${last}`;
  const { json } = await relay.call("CreateOrUpdateAdjustApp", {
    input: { ...android, bundleId: id, storeId: id },
  });
  return Object(json).ticketToken;
}

const get = (relay: Relay, ticketToken: string) => relay.call("GetAdjustJob", { input: { ticketToken } });
const wait = (relay: Relay, ticketToken: string, input = {}) =>
  relay.call("WaitForAdjustJob", { input: { ticketToken, ...input } });

/** Asks where a Location says, as a flow engine does. */
function poll(
  relay: Relay,
  location: string | undefined,
  change: (token: string) => string = (token) => token,
) {
  const url = new URL(location ?? "");
  const [, ticketToken] = /^\/api\/adjust\/tickets\/([^/]+)\/result$/.exec(url.pathname) ?? [];
  assert.ok(ticketToken);
  const token = change(url.searchParams.get("token") ?? "");
  return relay.call("GetAdjustJobResult", { input: { ticketToken, token } });
}

const answered = (result: unknown, status = "completed"): Fault => ({
  kind: "status",
  status: 200,
  body: JSON.parse(JSON.stringify({ status, kind: "migration", result })),
});

describe("GetAdjustJob", () => {
  it("follows a job to its end", async () => {
    await using relay = await startRelay();
    const ticket = await ticketOf(relay);
    assert.deepEqual((await get(relay, ticket)).json, {
      status: "new",
      kind: "migration",
      hasFailures: false,
      results: [],
    });
    assert.equal(Object((await get(relay, ticket)).json).status, "opened");
    assert.deepEqual((await get(relay, ticket)).json, {
      status: "completed",
      kind: "migration",
      hasFailures: false,
      results: [
        { section: "events", item: "purchase", ok: true },
        { section: "events", item: "tutorial", ok: true },
        { section: "partners", item: "facebook", ok: true },
      ],
    });
  });

  const forms: readonly [
    what: string,
    result: unknown,
    rows: object[],
    hasFailures: boolean,
    status?: string,
  ][] = [
    [
      "successes and failures side by side: completed, and yet with failures",
      { events: { successes: ["purchase"], failures: ["win"] } },
      [
        { section: "events", item: "purchase", ok: true },
        { section: "events", item: "win", ok: false },
      ],
      true,
    ],
    [
      "a section that did not run",
      { partners: { section: "partners", detail: "Could not be started because events section has failed" } },
      [
        {
          section: "partners",
          ok: false,
          detail: "Could not be started because events section has failed",
        },
      ],
      true,
    ],
    [
      "failures that say why, one list only",
      {
        fraud_prevention_settings: {
          failures: [
            { name: "x", detail: "y" },
            { name: "z", details: ["w"] },
          ],
        },
      },
      [
        { section: "fraud_prevention_settings", item: "x", ok: false, detail: "y" },
        { section: "fraud_prevention_settings", item: "z", ok: false, detail: '["w"]' },
      ],
      true,
    ],
    [
      "successes that are objects",
      { trackers: { successes: [{ name: "t", id: 1 }], failures: [] } },
      [{ section: "trackers", item: "t", ok: true }],
      false,
    ],
    [
      "a list of sections",
      [{ section: "events", detail: "no" }],
      [{ section: "events", ok: false, detail: "no" }],
      true,
    ],
    [
      "one detail for all",
      { detail: "no template" },
      [{ section: "", ok: false, detail: "no template" }],
      true,
      "failed",
    ],
    ["nothing at all", null, [], false],
    ["a failure without a word", {}, [], true, "FAILED"],
  ];
  for (const [what, result, results, hasFailures, status = "completed"] of forms) {
    it(`flattens ${what}`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ fault: answered(result, status) });
      assert.deepEqual((await get(relay, ended)).json, {
        status: status.toLowerCase(),
        kind: "migration",
        hasFailures,
        results,
      });
    });
  }

  it("reads older hosts' capitals, and statuses and kinds that are not known", async () => {
    await using relay = await startRelay();
    relay.simulator.world.adjust.capitalStatuses = true;
    assert.equal(Object((await get(relay, ended)).json).status, "completed");
    relay.simulator.faults.add({
      fault: { kind: "fields", replace: { status: "PAUSED", kind: "partner_partial_update" } },
    });
    const { status, kind } = Object((await get(relay, ended)).json);
    assert.deepEqual([status, kind], ["paused", "partner_partial_update"]);
  });

  it("does not guess at an answer without a status, and passes a 404 on", async () => {
    await using relay = await startRelay();
    for (const replace of [{ status: 5 }, { status: "" }]) {
      relay.simulator.faults.add({ fault: { kind: "fields", replace } });
      assert.equal((await get(relay, ended)).error?.code, "bad_upstream_response");
    }
    const { status, error } = await get(relay, "00000000-0000-4000-8000-000000000000");
    assert.deepEqual([status, error?.source], [404, "adjust"]);
  });

  it("shows no secret that a detail repeats", async () => {
    await using relay = await startRelay();
    const password = canary("password-in-a-detail");
    await relay.call("CreateOrUpdateAdjustApp", {
      input: { ...android, channelSetup: { ironsource: { advertiser_id: "1", password } } },
    });
    relay.simulator.faults.add({
      fault: answered({ partners: { section: "partners", detail: `bad ${password}` } }),
    });
    assert.equal(Object((await get(relay, ended)).json).results[0].detail, "bad [redacted]");
  });
});

describe("WaitForAdjustJob", () => {
  it("answers at once what has ended, a failed job too", async () => {
    await using relay = await startRelay();
    assert.equal((await wait(relay, ended)).status, 200);
    relay.simulator.faults.add({ fault: answered({}, "failed") });
    const { status, json } = await wait(relay, ended);
    assert.deepEqual([status, Object(json).status, Object(json).hasFailures], [200, "failed", true]);
  });

  it("else answers 202, and so does its Location until the end, then 200", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime, publicOrigin: "https://relay.example.com" });
    const ticket = await ticketOf(relay, "tides.partly");
    const begun = await wait(relay, ticket);
    assert.deepEqual([begun.status, begun.json], [202, { status: "new" }]);
    assert.equal(begun.headers["retry-after"], "15");
    const { location = "" } = begun.headers;
    assert.ok(location.startsWith(`https://relay.example.com/api/adjust/tickets/${ticket}/result?token=`));
    const still = await poll(relay, location);
    assert.deepEqual(
      [still.status, still.json, still.headers.location],
      [202, { status: "opened" }, location],
    );
    assert.equal(still.headers["retry-after"], "15");
    runtime.advance(15_000);
    const done = await poll(relay, location);
    assert.equal(done.status, 200);
    const { status, hasFailures, results } = Object(done.json);
    assert.deepEqual([status, hasFailures], ["completed", true]);
    assert.deepEqual(results[1], {
      section: "events",
      item: "purchase",
      ok: false,
      detail: "purchase could not be created",
    });
  });

  it("asks Adjust once for all polls within Retry-After, at the same time too", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime });
    const { location } = (await wait(relay, await ticketOf(relay))).headers;
    const other = (await wait(relay, await ticketOf(relay, "other"))).headers.location;
    relay.simulator.requests.length = 0;
    const together = await Promise.all(Array.from({ length: 10 }, () => poll(relay, location)));
    assert.deepEqual([...new Set(together.map(({ status }) => status))], [202]);
    runtime.advance(14_000);
    assert.equal((await poll(relay, location)).status, 202);
    assert.equal(relay.simulator.requests.length, 1);
    await poll(relay, other);
    assert.equal(relay.simulator.requests.length, 2, "another job is another read");
    runtime.advance(1_500);
    assert.equal((await poll(relay, location)).status, 200);
    assert.equal(relay.simulator.requests.length, 3);
  });

  const passing: readonly [what: string, fault: Fault, retryAfter?: string][] = [
    ["503", { kind: "status", status: 503 }],
    ["429 with a long wait", { kind: "status", status: 429, retryAfter: { seconds: 120 } }, "120"],
    ["429 with an endless wait", { kind: "status", status: 429, retryAfter: { seconds: 86_400 } }, "600"],
    ["a reset", { kind: "reset", at: "before-headers" }],
    ["a reset in the middle", { kind: "reset", at: "mid-body" }],
  ];
  for (const [what, fault, retryAfter = "15"] of passing) {
    it(`goes on after ${what}`, async () => {
      const runtime = skippingRuntime();
      await using relay = await startRelay({ runtime });
      const { location } = (await wait(relay, await ticketOf(relay))).headers;
      relay.simulator.faults.add({ times: 99, fault });
      const during = await poll(relay, location);
      assert.deepEqual([during.status, during.json], [202, { status: "unknown" }], during.text);
      assert.deepEqual([during.headers["retry-after"], during.headers.location], [retryAfter, location]);
      const calls = relay.simulator.requests.length;
      await poll(relay, location);
      assert.equal(relay.simulator.requests.length, calls, "shared as well");
      relay.simulator.faults.clear();
      runtime.advance(15_000);
      // After a 429 the relay itself holds calls back for as long as Adjust asked.
      if (retryAfter === "15") assert.notEqual(Object((await poll(relay, location)).json).status, "unknown");
    });
  }

  it("goes on after a poll that Adjust does not answer in time", async () => {
    await using relay = await startRelay();
    const { location = "" } = (await wait(relay, await ticketOf(relay))).headers;
    relay.simulator.faults.add({ times: 9, fault: { kind: "stall", at: "before-headers" } });
    const [, ticketToken = ""] = /tickets\/([^/]+)\//.exec(location) ?? [];
    const input = { ticketToken, token: new URL(location).searchParams.get("token") };
    const { status, json } = await relay.call("GetAdjustJobResult", { input, deadlineMs: 600 });
    assert.deepEqual([status, json], [202, { status: "unknown" }]);
  });

  it("ends with what does not pass", async () => {
    await using relay = await startRelay();
    const { location } = (await wait(relay, await ticketOf(relay))).headers;
    relay.simulator.world.adjust.tickets.clear();
    const { status, error } = await poll(relay, location);
    assert.deepEqual([status, error?.code, error?.source], [404, "not_found", "adjust"]);
    relay.simulator.faults.add({ times: 9, fault: { kind: "status", status: 401 } });
    assert.equal((await poll(relay, location)).error?.code, "credential_rejected");
  });
});

describe("A result's token", () => {
  const lifeMs = 24 * 3_600_000;
  const comparable = ({ status, headers, text }: Answer) => {
    const { "x-correlation-id": _id, ...rest } = headers;
    return JSON.stringify([status, rest, text.replace(/[0-9a-f]{32}/g, "…")]);
  };

  it("is refused alike, byte for byte, whatever is wrong with it, and nothing goes upstream", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime });
    await relay.writeSecret("second-adjust", {
      value: canary("second-token"),
      tags: { kind: "adjust" },
      enabled: true,
      expiresOn: null,
    });
    const first = await ticketOf(relay);
    const { location = "" } = (await wait(relay, first)).headers;
    const other = (await wait(relay, await ticketOf(relay, "other"))).headers.location ?? "";
    const otherToken = new URL(other).searchParams.get("token") ?? "";
    const second = await relay.services.credentials.choose({ kinds: ["adjust"], name: "second-adjust" });
    const subject: ResultSubject = ["GetAdjustJobResult", first];
    const ofSecond = await makeToken(second, subject, { now: runtime.now(), lifeMs });
    const longLived = await makeToken(
      await relay.services.credentials.choose({ kinds: ["adjust"], name: "demo-adjust" }),
      subject,
      { now: runtime.now() + 60_000, lifeMs },
    );
    const part = (token: string, index: number, text: string) =>
      token
        .split(".")
        .map((present, at) => (at === index ? text : present))
        .join(".");
    const mac = (token: string) => token.split(".")[2] ?? "";
    const changes: readonly [what: string, change: (token: string) => string][] = [
      ["no form at all", () => "x"],
      ["dots", () => "..."],
      ["a line break", (token) => `${token}\n`],
      ["one part more", (token) => `${token}.x`],
      ["another ticket's", () => otherToken],
      ["another credential's name", (token) => part(token, 1, "second-adjust")],
      ["another credential's signature", (token) => part(token, 2, mac(ofSecond))],
      ["a credential that is not there", (token) => part(token, 1, "nobody")],
      ["a credential of another kind", (token) => part(token, 1, "demo-team")],
      ["a later expiry", (token) => part(token, 0, String(Number(token.split(".")[0]) - 60))],
      ["an expiry in the past", (token) => part(token, 0, "1000000000")],
      ["an expiry too far away", () => longLived],
      [
        "another first character",
        (token) => part(token, 2, `${mac(token).startsWith("A") ? "B" : "A"}${mac(token).slice(1)}`),
      ],
      // The last character of 43 has bits that decode to nothing.
      ["another spelling of the same bytes", (token) => part(token, 2, respelled(mac(token)))],
      ["no signature", (token) => part(token, 2, "A".repeat(43))],
    ];
    relay.simulator.requests.length = 0;
    const answers = new Map<string, string>();
    for (const [what, change] of changes) {
      const answer = await poll(relay, location, change);
      assert.deepEqual([answer.status, answer.error?.code], [404, "not_found"], what);
      answers.set(what, comparable(answer));
    }
    assert.equal(new Set(answers.values()).size, 1, [...answers].join("\n"));
    assert.equal(relay.simulator.requests.length, 0);
    assert.equal((await poll(relay, location)).status, 202, "the token itself is good");

    // The credential's secret is replaced: what it signed ends with it.
    const { value: _value, ...document } = relay.demo.vault["demo-adjust"] ?? assert.fail();
    await relay.writeSecret("demo-adjust", { ...document, value: canary("new-token") });
    runtime.advance(300_000);
    relay.simulator.requests.length = 0;
    assert.equal(comparable(await poll(relay, location)), [...answers.values()][0]);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("is good for 24 hours and no longer, also where the result is still remembered", async () => {
    const runtime = skippingRuntime();
    await using relay = await startRelay({ runtime });
    const { location } = (await wait(relay, await ticketOf(relay))).headers;
    runtime.advance(24 * 3_600_000 - 5_000);
    assert.equal((await poll(relay, location)).status, 202);
    runtime.advance(6_000);
    assert.equal((await poll(relay, location)).status, 404);
  });

  it("holds an expiry, the name of a credential and a signature, and no secret", async () => {
    await using relay = await startRelay();
    const { location = "" } = (await wait(relay, await ticketOf(relay), { credential: "demo-adjust" }))
      .headers;
    assert.match(new URL(location).searchParams.get("token") ?? "", /^\d{10}\.demo-adjust\.[\w-]{43}$/);
  });
});

/** Base64url of the same 32 bytes with another last character. */
function respelled(mac: string): string {
  const bytes = Buffer.from(mac, "base64url");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const last of alphabet) {
    const text = `${mac.slice(0, -1)}${last}`;
    if (text !== mac && Buffer.from(text, "base64url").equals(bytes)) return text;
  }
  return assert.fail("there is no other spelling");
}
