import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { settingsOf } from "../support/function-app.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { startWatchedHost, type WatchedHost } from "../support/watched-host.ts";

const megabyte = 1024 * 1024;

/** The cap on bodies (design). */
const cap = 10 * megabyte;

/** What a body past the cap may cost at most (threat T7). */
const allowedGrowth = 32 * megabyte;

const targets = ["/app-store-connect/requests", "/adjust/requests", "/relay/adjust/app-automation/app"];

describe("bodies that are too large", () => {
  let relay: Relay;
  let host: WatchedHost;

  before(async () => {
    relay = await startRelay();
    host = await startWatchedHost(settingsOf(relay));
    // The first calls load code and grow the process for good.
    for (const target of targets) {
      for (const size of [cap - 100, 1_000]) await upload(target, size, "declared");
    }
  });
  after(() => Promise.all([host?.close(), relay?.close()]));
  beforeEach(() => relay.simulator.reset());

  /** Sends a body of this many bytes; gives the status, and how many bytes were taken before the answer came. */
  async function upload(
    target: string,
    size: number,
    length: "declared" | "chunked",
    claimed = size,
  ): Promise<{ status: number; text: string; sent: number }> {
    const { hostname, port, pathname } = new URL(host.url + target);
    const socket = net.connect(Number(port), hostname);
    await once(socket, "connect");
    let text = "";
    socket.on("error", () => {});
    socket.setEncoding("latin1").on("data", (part: string) => {
      text += part;
    });
    // Not `once` of node:events, which fails on an error: a host that hangs up while we send is what this is about.
    const event = (name: "close" | "drain" | "data") =>
      new Promise<void>((resolve) => socket.once(name, () => resolve()));
    const closed = event("close");
    const framing = length === "declared" ? `content-length: ${claimed}` : "transfer-encoding: chunked";
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nhost: relay.test\r\nx-functions-key: ${host.key}\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`,
    );
    const piece = Buffer.alloc(65_536, " ");
    let sent = 0;
    while (sent < size && text === "" && !socket.destroyed) {
      const part = piece.subarray(0, Math.min(piece.length, size - sent));
      if (length === "chunked") socket.write(`${part.length.toString(16)}\r\n`);
      const flushed = socket.write(part);
      if (length === "chunked") socket.write("\r\n");
      sent += part.length;
      // Also lets an answer in that comes before the end.
      if (!flushed) await Promise.race([event("drain"), event("data"), closed]);
      else await new Promise((resolve) => setImmediate(resolve));
    }
    if (length === "chunked" && sent >= size) socket.write("0\r\n\r\n");
    const patience = setTimeout(() => socket.destroy(), 10_000);
    // The connection stays open: a host that read no further cannot use it again, but must not break it either.
    while (!/\r\n\r\n./.test(text) && !socket.destroyed) await Promise.race([event("data"), closed]);
    clearTimeout(patience);
    socket.destroy();
    return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text, sent };
  }

  for (const target of targets) {
    for (const length of ["declared", "chunked"] as const) {
      it(`are 413 one byte past the cap, ${length}, at ${target}`, async () => {
        const grown = await host.growth(async () => {
          const answer = await upload(target, cap + 1, length);
          assert.equal(answer.status, 413, answer.text.slice(0, 300));
          assert.match(answer.text, /payload_too_large/);
        });
        assert.ok(grown < allowedGrowth, `grew by ${Math.round(grown / megabyte)} MB`);
        const whole = relay.simulator.requests.filter(({ body }) => body.length > 0);
        assert.equal(whole.length, 0, "something was sent on");
      });
    }

    it(`are not read on past the cap, at ${target}`, async () => {
      const grown = await host.growth(async () => {
        const answer = await upload(target, 90 * megabyte, "chunked");
        assert.equal(answer.status, 413, answer.text.slice(0, 300));
        assert.ok(answer.sent < 60 * megabyte, `${answer.sent} bytes were taken`);
      });
      assert.ok(grown < allowedGrowth, `grew by ${Math.round(grown / megabyte)} MB`);
      assert.equal(relay.simulator.requests.filter(({ body }) => body.length > 0).length, 0);
    });
  }

  it("are refused at once by what they declare, before a byte of them came", async () => {
    for (const target of targets) {
      const answer = await upload(target, 0, "declared", cap + 1);
      assert.equal(answer.status, 413, answer.text.slice(0, 300));
    }
  });

  it("do not end a host that many send at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_nothing, index) =>
        upload(targets[index % targets.length] ?? "", cap + 1, index % 2 ? "declared" : "chunked"),
      ),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([413]));
    const control = await host.fetch("/app-store-connect/apps?limit=1");
    assert.equal(control.status, 200);
    await control.arrayBuffer();
  });
});
