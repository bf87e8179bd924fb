import assert from "node:assert/strict";
import { describe, it } from "node:test";
import functions, { type HttpRequestInit } from "@azure/functions";
import { createHandler } from "../../functions/http/handler.ts";
import type { Fault, ServiceName } from "../../local/simulator/index.ts";
import { type CallFacts, findOperation, startRelay } from "../support/relay.ts";

/** Short, so that the tests are; an operation has 95 s. */
const deadlineMs = 400;

/** What the end of a call may take past its deadline (threat T8). */
const graceMs = 250;

/** A call that hangs is named, instead of holding up the run. */
const timeout = 20_000;

/** A machine that is busy with other tests can hold any one measurement up. A call that truly hangs hangs each time. */
const attempts = 3;

/** Runs `work` until once it ended in time. @throws AssertionError when it never did. */
async function inTime(label: string, work: () => Promise<unknown>): Promise<void> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < attempts && fastest > deadlineMs + graceMs; attempt += 1) {
    const start = performance.now();
    await work();
    fastest = Math.min(fastest, performance.now() - start);
  }
  assert.ok(fastest <= deadlineMs + graceMs, `${label} took ${Math.round(fastest)} ms`);
}

/** A relay, and what tells that the simulator has no request left that it still answers. */
async function startSlow() {
  let over = 0;
  const relay = await startRelay({ simulator: { log: () => (over += 1) } });
  return {
    relay,
    /** Waits until the connection of every request is closed on the simulator's side, or its answer is whole. */
    async untilClosed(requests: number) {
      for (let waited = 0; over < requests; waited += 10) {
        assert.ok(waited < 2_000, "a connection stays open");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    [Symbol.asyncDispose]: () => relay.close(),
  };
}

const faults: readonly Fault[] = [
  { kind: "stall", at: "before-headers" },
  { kind: "stall", at: "after-headers" },
  { kind: "stall", at: "mid-body" },
  { kind: "drip", intervalMs: 20 },
];

/** A write that App Store Connect takes, and that changes nothing. */
const unchanged = { data: { type: "apps", id: "1480000001", attributes: {} } };

/** A read and a write of each surface, and what each says at the deadline. */
const cases: readonly {
  id: string;
  facts: CallFacts;
  service: ServiceName;
  status: number;
  code: string;
}[] = [
  { id: "ListApps", facts: {}, service: "appStoreConnect", status: 504, code: "upstream_timeout" },
  { id: "LookUpTerritories", facts: {}, service: "appStoreConnect", status: 504, code: "upstream_timeout" },
  { id: "ListAdjustApps", facts: {}, service: "adjust", status: 504, code: "upstream_timeout" },
  {
    id: "SendAppStoreServerRequest",
    facts: {
      input: {
        method: "GET",
        path: "inApps/v1/transactions/300000000000002",
        bundleId: "com.example.stillwater",
      },
    },
    service: "appStoreServer",
    status: 504,
    code: "upstream_timeout",
  },
  {
    id: "SendAppStoreConnectRequest",
    facts: { input: { method: "PATCH", path: "v1/apps/1480000001", body: unchanged } },
    service: "appStoreConnect",
    status: 409,
    code: "outcome_unknown",
  },
  {
    id: "RelayReadAppStoreConnect",
    facts: { params: { path: "v1/apps" } },
    service: "appStoreConnect",
    status: 504,
    code: "upstream_timeout",
  },
  {
    id: "RelayWriteAppStoreConnect",
    facts: { method: "PATCH", params: { path: "v1/apps/1480000001" }, body: unchanged },
    service: "appStoreConnect",
    status: 504,
    code: "upstream_timeout",
  },
];

describe("a slow upstream", () => {
  for (const { id, facts, service, status, code } of cases) {
    for (const fault of faults) {
      const name = fault.kind === "stall" ? `stalls ${fault.at}` : "drips";
      it(`that ${name} costs ${id} its deadline and no more, and the connection is closed`, {
        timeout,
      }, async () => {
        await using slow = await startSlow();
        const { relay } = slow;
        let requests = 0;
        await inTime(`${id} ${name}`, async () => {
          relay.simulator.reset();
          relay.simulator.faults.add({ service, times: Number.POSITIVE_INFINITY, fault });
          const answer = await relay.call(id, { ...facts, deadlineMs });
          assert.equal(answer.status, status, answer.text.slice(0, 300));
          assert.equal(answer.error?.code, code);
          requests += relay.simulator.requests.length;
        });
        assert.ok(requests > 0);
        await slow.untilClosed(requests);
      });
    }
  }

  it("that stalls in a stream breaks the answer off at the deadline", { timeout }, async () => {
    const facts: CallFacts = {
      params: { path: "v1/salesReports" },
      query: {
        "filter[frequency]": "DAILY",
        "filter[reportDate]": "2026-11-20",
        "filter[reportSubType]": "SUMMARY",
        "filter[reportType]": "SALES",
        "filter[vendorNumber]": "85000000",
      },
      headers: { accept: "application/a-gzip" },
      deadlineMs,
    };
    for (const fault of faults.slice(1)) {
      await using slow = await startSlow();
      const { relay } = slow;
      const whole = await relay.call("RelayReadAppStoreConnect", facts);
      assert.equal(whole.status, 200, whole.text.slice(0, 200));
      assert.equal(whole.broken, undefined);
      await inTime(`a stream that meets ${fault.kind}`, async () => {
        relay.simulator.faults.add({ service: "appStoreConnect", fault });
        const answer = await relay.call("RelayReadAppStoreConnect", facts);
        assert.ok(answer.broken instanceof Error, `it ended as if it were whole: ${answer.status}`);
        assert.ok(answer.bytes.length < whole.bytes.length);
      });
      await slow.untilClosed(relay.simulator.requests.length);
    }
  });

  it("that waits between attempts, and a vault's listing, count against the same deadline", {
    timeout,
  }, async () => {
    await using relay = await startRelay();
    await inTime("a row of 503", async () => {
      relay.simulator.faults.add({
        times: Number.POSITIVE_INFINITY,
        fault: { kind: "status", status: 503, retryAfter: { seconds: 1 } },
      });
      const answer = await relay.call("ListApps", { deadlineMs });
      assert.ok(answer.status === 502 || answer.status === 504, answer.text);
    });
  });
});

describe("a slow caller", () => {
  /** A request whose body begins and never ends, as the library hands streams over. */
  function stalled(id: string, path: string, first: Uint8Array) {
    const seen = { cancelled: false };
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(first),
      cancel: () => {
        seen.cancelled = true;
      },
    });
    const init = {
      nativeRequest: new Request(`http://relay.test/api/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        duplex: "half",
      } as RequestInit),
      params: path.startsWith("relay/") ? { path: path.split("/").slice(2).join("/") } : {},
    };
    // The library's own member for requests that stream, which its types leave out.
    return { seen, id, request: new functions.HttpRequest(init as unknown as HttpRequestInit) };
  }

  const bodies: readonly [name: string, first: Uint8Array][] = [
    ["after a few bytes", Buffer.from('{"method":')],
    ["after two megabytes", Buffer.alloc(2 * 1024 * 1024, " ")],
  ];

  for (const [name, first] of bodies) {
    it(`that stalls ${name} is let go at the deadline`, { timeout }, async () => {
      await using relay = await startRelay();
      for (const [id, path] of [
        ["SendAppStoreConnectRequest", "app-store-connect/requests"],
        ["RelayWriteAdjust", "relay/adjust/app-automation/app"],
      ] as const) {
        await inTime(id, async () => {
          const { request, seen } = stalled(id, path, first);
          const handler = createHandler(findOperation(id), {
            services: relay.services,
            log: () => {},
            deadlineMs,
          });
          const { status = 0 } = await handler(request);
          assert.ok([400, 408, 502, 504].includes(status), `${id} answered ${status}`);
          await new Promise((resolve) => setTimeout(resolve, 20));
          assert.ok(seen.cancelled, `${id} still reads the body`);
        });
      }
    });
  }
});
