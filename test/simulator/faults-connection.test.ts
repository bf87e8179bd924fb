import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import type { Fault } from "../../local/simulator/index.ts";
import { get, mint, raw, startBench, stillRuntime, type TestBench, teamFacts } from "./support.ts";

const now = Date.UTC(2026, 10, 22, 12);
const patch = { data: { type: "inAppPurchases", id: "6710000001", attributes: { name: "Applied" } } };

function write(bench: TestBench) {
  return raw(bench.simulator.urls.appStoreConnect, "/v2/inAppPurchases/6710000001", {
    token: bench.tokens.team,
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(patch),
  });
}

const applied = ({ simulator }: TestBench) =>
  simulator.world.appStoreConnect.resources.get("inAppPurchases", "6710000001")?.attributes.name ===
  "Applied";

describe("resets", () => {
  const cases: [fault: Fault, status: number | undefined, bytes: boolean, written: boolean][] = [
    [{ kind: "reset", at: "before-headers" }, undefined, false, false],
    [{ kind: "reset", at: "before-headers", apply: true }, undefined, false, true],
    [{ kind: "applied-then-lost" }, undefined, false, true],
    [{ kind: "reset", at: "after-headers" }, 200, false, true],
    [{ kind: "reset", at: "after-headers", apply: false }, 200, false, false],
    [{ kind: "reset", at: "mid-body" }, 200, true, true],
  ];
  for (const [fault, status, bytes, written] of cases) {
    test(JSON.stringify(fault), async () => {
      await using bench = await startBench();
      bench.simulator.faults.add({ fault });
      const answer = await write(bench);
      assert.equal(answer.error, "ECONNRESET");
      assert.equal(answer.status, status);
      assert.equal(answer.body.length > 0, bytes);
      if (bytes) assert.ok(answer.body.length < Number(answer.headers["content-length"]));
      assert.equal(applied(bench), written);
      assert.equal((await write(bench)).status, 200, "the next call is answered");
    });
  }
});

test("a reset is one: the client's socket fails instead of ending", async () => {
  for (const fault of [
    { kind: "reset", at: "before-headers" },
    { kind: "applied-then-lost" },
    { kind: "truncated", contentLength: "wrong" },
  ] as const) {
    await using bench = await startBench();
    bench.simulator.faults.add({ fault });
    const { hostname, port } = new URL(bench.simulator.urls.appStoreConnect);
    const socket = connect(Number(port), hostname);
    socket.write("GET /v1/apps HTTP/1.1\r\nHost: x\r\n\r\n");
    const end = new Promise<string>((resolve) => {
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      socket.on("end", () => resolve("end"));
    });
    socket.resume();
    assert.equal(await end, fault.kind === "truncated" ? "end" : "ECONNRESET", fault.kind);
    socket.destroy();
  }
});

/** Lets the event loop turn until something is so. */
async function turnsUntil(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setImmediate(resolve));
}

/** Opens a connection, sends a GET and hands back what comes until `enough`. */
async function listen(bench: TestBench, enough: (text: string) => boolean) {
  const { hostname, port } = new URL(bench.simulator.urls.appStoreConnect);
  const socket = connect(Number(port), hostname);
  let text = "";
  socket.write(
    `GET /v1/apps HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${bench.tokens.team}\r\n\r\n`,
  );
  for await (const part of socket.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += part;
    if (enough(text)) break;
  }
  return { socket, text };
}

describe("stalls", () => {
  test("before headers: nothing comes, and the socket stays open until the client closes it", async () => {
    await using bench = await startBench();
    bench.simulator.faults.add({ fault: { kind: "stall", at: "before-headers" } });
    const { hostname, port } = new URL(bench.simulator.urls.appStoreConnect);
    const socket = connect(Number(port), hostname);
    let received = 0;
    socket.on("data", (part) => {
      received += part.length;
    });
    socket.write(`GET /v1/apps HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bench.tokens.team}\r\n\r\n`);
    await turnsUntil(() => bench.simulator.requests.length > 0);
    assert.equal(bench.simulator.openSockets("appStoreConnect"), 1);
    socket.destroy();
    await turnsUntil(() => bench.simulator.openSockets("appStoreConnect") === 0);
    assert.equal(received, 0);
    assert.equal(bench.simulator.requests[0]?.status, undefined);
  });

  test("after headers, and mid body", async () => {
    await using bench = await startBench();
    bench.simulator.faults.add({ fault: { kind: "stall", at: "after-headers" } });
    const head = await listen(bench, (text) => text.endsWith("\r\n\r\n"));
    assert.match(head.text, /^HTTP\/1\.1 200 OK\r\n/);
    head.socket.destroy();
    bench.simulator.faults.add({ fault: { kind: "stall", at: "mid-body" } });
    const half = await listen(bench, (text) => text.includes('{"data":['));
    assert.equal(half.socket.readableEnded, false);
    half.socket.destroy();
  });

  test("end when the simulator closes", async () => {
    const bench = await startBench();
    bench.simulator.faults.add({ fault: { kind: "stall", at: "before-headers" } });
    const pending = raw(bench.simulator.urls.appStoreConnect, "/v1/apps", { token: bench.tokens.team });
    await turnsUntil(() => bench.simulator.requests.length > 0);
    await bench.simulator.close();
    assert.equal((await pending).error, "ECONNRESET");
  });
});

describe("slowness", () => {
  test("a drip sends the whole answer, one byte each interval", async () => {
    const runtime = stillRuntime(now);
    await using bench = await startBench({ runtime });
    bench.simulator.faults.add({ fault: { kind: "drip", intervalMs: 20 } });
    const answer = await raw(bench.simulator.urls.appStoreConnect, "/v1/territories?limit=1", {
      token: bench.tokens.team,
    });
    assert.equal(answer.error, undefined);
    assert.doesNotThrow(() => JSON.parse(answer.body.toString()));
    assert.deepEqual(
      runtime.slept,
      Array.from({ length: answer.body.length }, () => 20),
    );
  });

  test("a drip stops when its client has gone", async () => {
    await using bench = await startBench();
    bench.simulator.faults.add({ fault: { kind: "drip", intervalMs: 1 } });
    const { socket } = await listen(bench, (text) => text.includes("\r\n\r\n{"));
    socket.destroy();
    await once(socket, "close");
    while (bench.simulator.openSockets("appStoreConnect") > 0)
      await new Promise((resolve) => setImmediate(resolve));
  });

  test("a delay waits, then answers as ever", async () => {
    const runtime = stillRuntime(now);
    await using bench = await startBench({ runtime });
    bench.simulator.faults.add({ fault: { kind: "delay", ms: 2_500 } });
    assert.equal((await write(bench)).status, 200);
    assert.deepEqual(runtime.slept, [2_500]);
  });
});

test("a body that is announced as too large is refused unread", async () => {
  await using bench = await startBench();
  const { hostname, port } = new URL(bench.simulator.urls.adjust);
  const socket = connect(Number(port), hostname);
  socket.write("POST /app-automation/app HTTP/1.1\r\nHost: x\r\nContent-Length: 67108865\r\n\r\n");
  let text = "";
  for await (const part of socket.setEncoding("utf8")) text += part;
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.match(text, /\r\nconnection: close\r\n/i);
});

describe("clocks", () => {
  test("that are off show in Date and in the check of a token", async () => {
    await using bench = await startBench({ runtime: stillRuntime(now) });
    const url = `${bench.simulator.urls.appStoreConnect}/v1/territories?limit=1`;
    const call = async (token: string, offsetMs: number) => {
      bench.simulator.faults.add({ fault: { kind: "clock", offsetMs } });
      const response = await get(url, token);
      return [response.status, response.headers.get("date")];
    };
    const quarter = 15 * 60_000;
    assert.deepEqual(await call(bench.tokens.team, -quarter), [401, "Sun, 22 Nov 2026 11:45:00 GMT"]);
    assert.deepEqual(await call(bench.tokens.team, quarter), [401, "Sun, 22 Nov 2026 12:15:00 GMT"]);
    assert.deepEqual(await call(bench.tokens.team, 0), [200, "Sun, 22 Nov 2026 12:00:00 GMT"]);
    const early = await mint(teamFacts(bench.demo, now - quarter));
    assert.deepEqual(await call(early, -quarter), [200, "Sun, 22 Nov 2026 11:45:00 GMT"]);
  });
});
