import assert from "node:assert/strict";
import { ReadableStream } from "node:stream/web";
import { describe, it } from "node:test";
import { createCredentials, openVault, type Vault, VaultError } from "../../functions/credentials/index.ts";
import { createEventStore } from "../../functions/events/table-store.ts";
import { maxEventBytes } from "../../functions/inbound/handler.ts";
import { createSlots } from "../../functions/jobs/slots.ts";
import { openStorage } from "../../functions/storage/open-storage.ts";
import { holdClock } from "../credentials/support.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { notificationOf, openInbound, signatureOf, webhookBody } from "./support.ts";

/** Something that happens when it is told to. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** A body whose chunks come when asked for, and that stands still after them until it is given up. */
function stalling(...chunks: string[]) {
  const { open, opened } = gate();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk));
    },
    cancel: open,
  });
  return { body, cancelled: opened };
}

const tokenOf = (relay: Relay) => relay.demo.vault["demo-adjust-callback"]?.value ?? assert.fail();

describe("What is sent in", () => {
  it("may be a megabyte long and not a byte more, whether or not it says so, and may come in chunks", async () => {
    await using relay = await startRelay();
    const inbound = openInbound(relay, "app-store-server");
    const { signedPayload } = await notificationOf(relay);
    const padded = (length: number) => {
      const empty = JSON.stringify({ signedPayload, padding: "" });
      return Buffer.from(JSON.stringify({ signedPayload, padding: "x".repeat(length - empty.length) }));
    };
    const chunked = (bytes: Buffer) => {
      let at = 0;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.subarray(at, at + 65_521));
          at += 65_521;
        },
      });
    };
    const whole = padded(maxEventBytes);
    const more = padded(maxEventBytes + 1);
    assert.equal(whole.length, maxEventBytes);
    assert.equal((await inbound.send({ body: more })).status, 413);
    assert.equal((await inbound.send({ body: chunked(more) })).status, 413);
    const declared = { "content-length": String(maxEventBytes + 1) };
    const { body: never } = stalling("{");
    assert.equal((await inbound.send({ body: never, headers: declared })).status, 413, "before it is read");
    assert.deepEqual(await inbound.stored(), []);
    assert.equal((await inbound.send({ body: chunked(whole) })).line.result, "stored");
    assert.equal((await inbound.send({ body: whole })).line.result, "known");
  });

  it("that is compressed, or holds more than services send, is refused", async () => {
    await using relay = await startRelay();
    const inbound = openInbound(relay, "app-store-server");
    const body = await notificationOf(relay);
    assert.equal((await inbound.send({ body, headers: { "content-encoding": "gzip" } })).status, 415);
    assert.equal((await inbound.send({ body: `{"a":[${"0,".repeat(6_000)}0]}` })).status, 400);
    assert.equal((await inbound.send({ body: `{"a":${"[".repeat(100)}${"]".repeat(100)}}` })).status, 400);
  });

  it("slowly gives its place back, and keeps nobody out for good", async () => {
    await using relay = await startRelay();
    const slots = createSlots(1);
    const impatient = openInbound(relay, "app-store-server", { slots, bodyMs: 30 });
    const alive = setInterval(() => {}, 1_000);
    const { body, cancelled } = stalling('{"signed');
    const { status, error } = await impatient.send({ body });
    await cancelled;
    clearInterval(alive);
    assert.equal(status, 400);
    assert.match(error?.message ?? "", /in time/);
    const inbound = openInbound(relay, "app-store-server", { slots });
    assert.equal((await inbound.send({ body: await notificationOf(relay) })).status, 200);
  });

  it("past the room for it waits outside, and other sources have room of their own", async () => {
    await using relay = await startRelay();
    const { open, opened } = gate();
    const { open: arrive, opened: arrived } = gate();
    const { events } = relay.services;
    const services = {
      ...relay.services,
      events: {
        ...events,
        receive: async (...facts: Parameters<typeof events.receive>) => {
          arrive();
          await opened;
          return events.receive(...facts);
        },
      },
    };
    const inbound = openInbound(relay, "app-store-server", { services, slots: createSlots(1) });
    const first = inbound.send({ body: await notificationOf(relay) });
    await arrived;
    const refused = await inbound.send({ body: await notificationOf(relay) });
    assert.deepEqual([refused.status, refused.retryAfter, refused.error?.code], [503, "1", "rate_limited"]);
    const adjust = openInbound(relay, "adjust");
    assert.equal((await adjust.send({ method: "GET", query: `token=${tokenOf(relay)}` })).status, 200);
    assert.equal((await relay.call("ListApps")).status, 200);
    open();
    assert.equal((await first).status, 200);
    assert.equal((await inbound.send({ body: await notificationOf(relay) })).status, 200);
  });

  it("is answered in time where storage is not, and holds its place until storage lets go of it", async () => {
    await using relay = await startRelay();
    const { open, opened } = gate();
    const { open: finish, opened: finished } = gate();
    const { events } = relay.services;
    const services = {
      ...relay.services,
      events: {
        ...events,
        receive: async (...facts: Parameters<typeof events.receive>) => {
          await opened;
          return events.receive(...facts).finally(finish);
        },
      },
    };
    const slots = createSlots(1);
    const inbound = openInbound(relay, "app-store-server", { services, slots, deadlineMs: 1_500 });
    const alive = setInterval(() => {}, 1_000);
    const late = await inbound.send({ body: await notificationOf(relay) });
    clearInterval(alive);
    assert.deepEqual([late.status, late.error?.code], [503, "storage_unavailable"]);
    assert.equal(slots.take(), undefined);
    open();
    await finished;
    await new Promise(setImmediate);
    assert.ok(slots.take(), "The place is not given back.");
  });

  it("is to be sent again while storage is away, and where there is none", async () => {
    await using relay = await startRelay();
    const away = openStorage({
      kind: "connection-string",
      // A port that nobody listens on.
      connectionString:
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a;BlobEndpoint=http://127.0.0.1:1/a",
    });
    for (const [storage, code] of [
      [away, "storage_unavailable"],
      [openStorage(undefined), "not_configured"],
    ] as const) {
      const events = createEventStore(storage, relay.services.runtime, 90);
      const inbound = openInbound(relay, "app-store-server", { services: { ...relay.services, events } });
      const { status, error } = await inbound.send({ body: await notificationOf(relay) });
      assert.deepEqual([status, error?.code], [503, code]);
    }
  });
});

describe("A flood of forged events", () => {
  /** A vault whose calls are counted, and that can be away. */
  function counted(folder: string) {
    const vault = openVault({ kind: "folder", path: folder });
    const calls = { list: 0, read: 0, away: false };
    const call = <Result>(kind: "list" | "read", work: () => Promise<Result>): Promise<Result> => {
      calls[kind] += 1;
      if (calls.away) throw new VaultError({ fault: "transient", action: "test", name: "Away" });
      return work();
    };
    const wrapped: Vault = {
      ...vault,
      freshMs: 300_000,
      listSecrets: async (options) => call("list", () => vault.listSecrets(options)),
      readSecret: async (name) => call("read", () => vault.readSecret(name)),
    };
    return { wrapped, calls };
  }

  it("asks the vault no more often than every five seconds, whatever is wrong with what it holds", async () => {
    const runtime = holdClock();
    await using relay = await startRelay({ runtime, simulator: { runtime } });
    const document = relay.demo.vault["demo-adjust-callback"] ?? assert.fail();
    // Whoever cannot be used is read anew each time by those who name it.
    await relay.writeSecret("broken", { ...document, value: "too-short-for-a-token" });
    const { wrapped, calls } = counted(relay.vault);
    const services = { ...relay.services, credentials: createCredentials({ vault: wrapped, runtime }) };
    const adjust = openInbound(relay, "adjust", { services });
    const flood = async (count: number) => {
      for (let number = 0; number < count; number += 1) {
        const { status } = await adjust.send({ method: "GET", query: `token=${"x".repeat(40)}` });
        assert.ok(status === 401 || status === 503, String(status));
      }
    };
    await flood(50);
    assert.deepEqual(calls, { list: 1, read: 2, away: false });
    runtime.advance(5_000);
    await flood(50);
    assert.deepEqual(calls, { list: 1, read: 3, away: false });
    // Beyond what the vault's answers are used for, and down.
    runtime.advance(16 * 60_000);
    calls.away = true;
    await flood(50);
    assert.deepEqual(calls, { list: 2, read: 3, away: true });
  });

  it("asks it for nothing where the form is wrong already", async () => {
    await using relay = await startRelay();
    const { wrapped, calls } = counted(relay.vault);
    const { runtime } = relay.services;
    const services = { ...relay.services, credentials: createCredentials({ vault: wrapped, runtime }) };
    const notifications = openInbound(relay, "app-store-server", { services });
    const { signedPayload } = await notificationOf(relay);
    const [, payload, signature] = signedPayload.split(".");
    const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString("base64url");
    for (const body of [
      { signedPayload: "x" },
      { signedPayload: `${signedPayload}.x` },
      { signedPayload: `${header({ alg: "none" })}.${payload}.${signature}` },
      { signedPayload: `${header({ alg: "ES256", x5c: ["AAAA", "AAAA"] })}.${payload}.${signature}` },
    ]) {
      assert.equal((await notifications.send({ body })).status, 401);
    }
    const webhooks = openInbound(relay, "app-store-connect", { services });
    const body = webhookBody();
    for (const headers of [{}, { "x-apple-signature": "hmacsha256=00" }, { "x-apple-signature": "x" }]) {
      assert.equal((await webhooks.send({ body, headers })).status, 401);
    }
    assert.equal((await webhooks.send({ query: "x=1", body, headers: signatureOf("x", body) })).status, 401);
    assert.equal((await webhooks.send({ body: "{}", headers: signatureOf("x", "{}") })).status, 400);
    const callbacks = openInbound(relay, "adjust", { services });
    assert.equal((await callbacks.send({ method: "GET", query: "token=short" })).status, 401);
    assert.deepEqual(calls, { list: 0, read: 0, away: false });
  });
});
