import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { settingsOf } from "../support/function-app.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { startWatchedHost, type WatchedHost } from "../support/watched-host.ts";

const megabyte = 1024 * 1024;

/** What a bomb may cost at most (threat T9). */
const allowedGrowth = 64 * megabyte;

const report =
  "filter[frequency]=DAILY&filter[reportDate]=2026-11-20&filter[reportSubType]=SUMMARY&filter[reportType]=SALES&filter[vendorNumber]=85000000";

const json = { "content-type": "application/json" };

/** A call of each surface whose answer is JSON. */
const calls: readonly [name: string, target: string, init: RequestInit][] = [
  ["a typed list", "/app-store-connect/apps", {}],
  ["a look-up", "/app-store-connect/look-ups/territories", {}],
  ["a typed list of Adjust", "/adjust/apps", {}],
  ["a relayed read", "/relay/app-store-connect/v1/apps", {}],
  ["a relayed read of Adjust", "/relay/adjust/app-automation/apps/list", {}],
  [
    "an action that sends a request",
    "/app-store-connect/requests",
    { method: "POST", headers: json, body: '{"method":"GET","path":"v1/apps"}' },
  ],
];

describe("an answer that expands without end", () => {
  let relay: Relay;
  let host: WatchedHost;

  before(async () => {
    relay = await startRelay();
    host = await startWatchedHost(settingsOf(relay));
    // The first calls load code and grow the process for good.
    for (const [, target, init] of calls) await (await host.fetch(target, init)).arrayBuffer();
  });
  after(() => Promise.all([host?.close(), relay?.close()]));
  beforeEach(() => relay.simulator.reset());

  const bomb = (variant: "ratio" | "nested" | "truncated", times = 1) =>
    relay.simulator.faults.add({ times, fault: { kind: "gzip-bomb", variant } });

  for (const variant of ["ratio", "nested", "truncated"] as const) {
    for (const [name, target, init] of calls) {
      it(`is 502 in little memory: ${variant}, met by ${name}`, async () => {
        bomb(variant);
        const grown = await host.growth(async () => {
          const answer = await host.fetch(target, init);
          const text = await answer.text();
          assert.equal(answer.status, 502, text.slice(0, 300));
          assert.match(text, /"code":"bad_upstream_response"/);
          assert.ok(text.length < 2_000);
        });
        assert.ok(grown < allowedGrowth, `grew by ${Math.round(grown / megabyte)} MB`);
        assert.equal(relay.simulator.requests.length, 1, "it was asked for again");
      });
    }

    it(`is broken off in little memory where content streams through: ${variant}`, async () => {
      // A report in an encoding: its status has been sent by the time that anybody knows.
      bomb(variant);
      relay.simulator.faults.add({ fault: { kind: "content-type", value: "text/csv" } });
      const grown = await host.growth(async () => {
        const answer = await host.fetch("/relay/app-store-connect/v1/apps");
        let received = 0;
        let broken = false;
        try {
          for await (const chunk of answer.body ?? []) received += chunk.byteLength;
        } catch {
          broken = true;
        }
        assert.ok(answer.status === 502 || broken, `${answer.status} with ${received} bytes`);
        // 200 times what was compressed, the ratio allowed; the cap on what is streamed would let 100 MB through.
        assert.ok(received < 45 * megabyte, `${received} bytes came through`);
      });
      assert.ok(grown < allowedGrowth, `grew by ${Math.round(grown / megabyte)} MB`);
    });

    it(`is not expanded at all where it is a file: ${variant}`, async () => {
      bomb(variant, 2);
      const grown = await host.growth(async () => {
        const relayed = await host.fetch(`/relay/app-store-connect/v1/salesReports?${report}`, {
          headers: { accept: "application/a-gzip" },
        });
        const bytes = await relayed.arrayBuffer();
        assert.equal(relayed.status, 200);
        assert.ok(bytes.byteLength > 100 && bytes.byteLength < 300_000, `${bytes.byteLength} bytes`);
        const query = Object.fromEntries(new URLSearchParams(report));
        const sent = await host.fetch("/app-store-connect/requests", {
          method: "POST",
          headers: json,
          body: JSON.stringify({ method: "GET", path: "v1/salesReports", query }),
        });
        const text = await sent.text();
        assert.ok(text.length < 500_000, `${sent.status} with ${text.length} characters`);
      });
      assert.ok(grown < allowedGrowth, `grew by ${Math.round(grown / megabyte)} MB`);
    });
  }

  it("does not add up over many at once", async () => {
    bomb("ratio", 16);
    const grown = await host.growth(async () => {
      const answers = await Promise.all(
        Array.from({ length: 16 }, async (_nothing, index) => {
          const [, target = "", init] = calls[index % calls.length] ?? [];
          const answer = await host.fetch(target, init);
          await answer.arrayBuffer();
          return answer.status;
        }),
      );
      assert.deepEqual(new Set(answers), new Set([502]));
    });
    // Each may hold what one JSON answer may be; none the 200 MB that it unpacks to.
    assert.ok(grown < 16 * 20 * megabyte, `grew by ${Math.round(grown / megabyte)} MB`);
    const control = await host.fetch("/app-store-connect/apps?limit=1");
    assert.equal(control.status, 200);
    await control.arrayBuffer();
  });

  it("in the body of a refusal leaves the refusal as it is", async () => {
    const refused: [target: string, init: RequestInit, status: number][] = [
      ["/app-store-connect/apps/9999999999", {}, 404],
      ["/relay/app-store-connect/v1/apps/9999999999", {}, 404],
      [
        "/app-store-connect/requests",
        { method: "POST", headers: json, body: '{"method":"GET","path":"v1/apps/9999999999"}' },
        404,
      ],
    ];
    for (const [target, init, status] of refused) {
      relay.simulator.reset();
      bomb("ratio");
      const grown = await host.growth(async () => {
        const answer = await host.fetch(target, init);
        const text = await answer.text();
        assert.equal(answer.status, status, text);
        assert.ok(text.length < 2_000);
      });
      assert.ok(grown < allowedGrowth, `grew by ${Math.round(grown / megabyte)} MB`);
      assert.deepEqual(relay.simulator.requests[0]?.faults, ["gzip-bomb"]);
    }
  });
});
