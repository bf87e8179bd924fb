import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import type { RelayEvent } from "../../functions/events/event.ts";
import { createPoster } from "../../functions/events/post.ts";
import { recoverEvents } from "../../functions/events/recover.ts";
import { createSubscriptionStore } from "../../functions/events/subscription-store.ts";
import { sweepEvents } from "../../functions/events/sweep.ts";
import { createEventStore, queueName } from "../../functions/events/table-store.ts";
import { createEventWorker } from "../../functions/events/worker.ts";
import { createMemoryStorage } from "../../local/storage/memory.ts";
import { breaking, Killed } from "../jobs/simulation.ts";
import { watch } from "../support/canary.ts";
import { startRelay } from "../support/relay.ts";
import { noTraits, refund, standingClock } from "./support.ts";

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const day = 86_400_000;

/** A flow on this machine, which does as it is told. */
async function startFlow() {
  const calls: { url: string; body: unknown; headers: IncomingMessage["headers"] }[] = [];
  const flow = { calls, behave: ((_request, response) => response.writeHead(202).end()) as Behaviour };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    calls.push({ url: request.url ?? "", body, headers: request.headers });
    flow.behave(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(flow, {
    origin: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}

async function rig() {
  const clock = standingClock();
  const memory = createMemoryStorage(clock.now);
  const relay = await startRelay({ memory, runtime: clock });
  const flow = await startFlow();
  const log: string[] = [];
  const worker = createEventWorker({
    services: relay.services,
    poster: createPoster(),
    log: (line) => log.push(line),
    attemptMs: 2_000,
  });
  const id = (answer: { json: unknown }) => String(Object(answer.json).subscriptionId);
  return {
    clock,
    memory,
    relay,
    flow,
    log,
    worker,
    events: relay.services.events,
    /** Works off what is visible now. */
    async work() {
      for (;;) {
        const [message] = memory.receive(queueName, 60_000);
        if (!message) return;
        await worker.run(message.text, message.dequeueCount);
        message.done();
      }
    },
    async subscribe(input: Record<string, unknown> = {}, operation = "SubscribeToAppStoreNotifications") {
      const path = "/workflows/a%2Fb/triggers/manual/paths/invoke?sig=s%20e+cret&sp=%2Ftriggers";
      const notificationUrl = `${flow.origin}${path}`;
      const answer = await relay.call(operation, { input: { notificationUrl, ...input } });
      assert.equal(answer.status, 201, answer.text);
      return { id: id(answer), location: new URL(String(answer.headers.location)), path };
    },
    async deliveries(subscriptionId: string) {
      const answer = await relay.call("ListEventDeliveries", { input: { subscriptionId } });
      assert.equal(answer.status, 200, answer.text);
      return Object(answer.json).value as Record<string, unknown>[];
    },
    async status(subscriptionId: string) {
      return (await relay.services.subscriptions.read(subscriptionId))?.status;
    },
    async [Symbol.asyncDispose]() {
      await flow.close();
      await relay.close();
    },
  };
}

describe("a subscribed flow", () => {
  it("gets one POST with exactly the event, at its address as it was given", async () => {
    await using it = await rig();
    const { id, path } = await it.subscribe();
    await it.events.receive(refund(), noTraits);
    await it.events.receive(refund(), noTraits);
    await it.work();
    assert.deepEqual(
      it.flow.calls.map(({ url, body }) => [url, body]),
      [[path, refund()]],
    );
    assert.match(it.flow.calls[0]?.headers["content-type"] ?? "", /^application\/json/);
    const [delivery] = await it.deliveries(id);
    assert.deepEqual(
      [delivery?.status, delivery?.attempts, delivery?.httpStatus, delivery?.outcome],
      ["delivered", 1, 202, "The flow took the event."],
    );
  });

  it("gets only what it asked for", async () => {
    await using it = await rig();
    await it.subscribe({
      types: ["REFUND", "EXPIRED"],
      subtypes: [],
      bundleIds: ["com.example.calm"],
      environment: "production",
      productIds: ["yearly"],
    });
    const traits = { productIds: ["yearly"] };
    const others: [Partial<RelayEvent>, { productIds: string[] }][] = [
      [{ type: "DID_RENEW" }, traits],
      [{ bundleId: "com.example.other" }, traits],
      [{ bundleId: null }, traits],
      [{ environment: "sandbox" }, traits],
      [{ source: "adjust" }, traits],
      [{}, { productIds: [] }],
      [{}, { productIds: ["monthly"] }],
    ];
    for (const [index, [facts, own]] of others.entries()) {
      await it.events.receive(refund({ id: String(index), ...facts }), own);
    }
    await it.events.receive(refund({ id: "wanted" }), traits);
    await it.work();
    assert.deepEqual(
      it.flow.calls.map(({ body }) => Object(body).id),
      ["wanted"],
    );
  });

  it("hears of nothing once it has unsubscribed, without the key and as often as it likes", async () => {
    await using it = await rig();
    const { id, location } = await it.subscribe();
    assert.equal(location.pathname, `/api/event-subscriptions/${id}`);
    const token = location.searchParams.get("token") ?? "";
    watch("the token of a subscription", token);
    const end = (given: string, subscriptionId = id) =>
      it.relay.call("DeleteEventSubscription", { input: { subscriptionId, token: given } });
    const wrong = await end("A".repeat(43));
    const unknown = await end(token, "0".repeat(21));
    assert.deepEqual([wrong.status, unknown.status], [404, 404]);
    assert.equal(await it.status(id), "active");
    assert.equal((await end(token)).status, 200);
    assert.equal((await end(token)).status, 200);
    assert.equal(await it.status(id), "deleted");
    await it.events.receive(refund(), noTraits);
    await it.work();
    assert.equal(it.flow.calls.length, 0);
  });

  it("that subscribes twice is one subscription, which ends with the second token", async () => {
    await using it = await rig();
    const first = await it.subscribe();
    const second = await it.subscribe();
    assert.equal(first.id, second.id);
    for (const [{ location }, left] of [
      [first, "active"],
      [first, "active"],
      [second, "deleted"],
    ] as const) {
      const token = location.searchParams.get("token");
      const input = { subscriptionId: first.id, token };
      assert.equal((await it.relay.call("DeleteEventSubscription", { input })).status, 200);
      assert.equal(await it.status(first.id), left);
    }
  });

  it("is listed without its address, which stands nowhere in storage", async () => {
    await using it = await rig();
    await it.subscribe({ types: ["REFUND"] });
    const listed = await it.relay.call("ListEventSubscriptions");
    const [row] = Object(listed.json).value;
    assert.deepEqual(
      [row.source, row.status, row.host, row.types],
      ["app-store-server", "active", "127.0.0.1", ["REFUND"]],
    );
    const { rows } = await it.memory.table("relaysubscriptions").page("subscriptions", { limit: 10 });
    for (const text of [listed.text, JSON.stringify(rows), it.relay.log.join("")]) {
      assert.ok(!text.includes("workflows") && !text.includes("cret"), text);
    }
  });

  it("outlives a change of one credential", async () => {
    await using it = await rig();
    await it.subscribe();
    const [[name = "", document] = []] = Object.entries(it.relay.demo.vault).filter(
      ([, { tags }]) => tags.kind === "adjust",
    );
    assert.ok(document);
    await it.relay.writeSecret(name, { ...document, value: "another-token-of-adjust" });
    it.clock.advance(3_600_000);
    await it.events.receive(refund(), noTraits);
    await it.work();
    assert.equal(it.flow.calls.length, 1);
  });
});

describe("a flow that misbehaves", () => {
  for (const status of [404, 410]) {
    it(`with ${status} ends its subscription`, async () => {
      await using it = await rig();
      it.flow.behave = (_request, response) => response.writeHead(status).end();
      const { id } = await it.subscribe();
      await it.events.receive(refund(), noTraits);
      await it.work();
      assert.equal(await it.status(id), "ended");
      assert.equal((await it.deliveries(id))[0]?.status, "failed");
      await it.events.receive(refund({ id: "later" }), noTraits);
      await it.work();
      assert.equal(it.flow.calls.length, 1);
    });
  }

  it("is tried again for a day, and then no more", async () => {
    await using it = await rig();
    it.flow.behave = (_request, response) => response.writeHead(500).end("x");
    const { id } = await it.subscribe();
    await it.events.receive(refund(), noTraits);
    await it.work();
    assert.equal((await it.deliveries(id))[0]?.status, "planned");
    const begun = it.clock.now();
    for (;;) {
      const next = it.memory.nextVisible(queueName);
      if (next === undefined) break;
      it.clock.advance(Math.max(0, next - it.clock.now()));
      await it.work();
    }
    const [delivery] = await it.deliveries(id);
    assert.equal(delivery?.status, "failed");
    assert.match(String(delivery?.outcome), /^The flow answered 500\. It was tried for a day/);
    assert.ok(it.clock.now() - begun > 22 * 3_600_000 && it.clock.now() - begun <= day);
    assert.ok(it.flow.calls.length > 20 && it.flow.calls.length < 60, String(it.flow.calls.length));
    assert.equal(await it.status(id), "active");

    it.flow.behave = (_request, response) => response.writeHead(200).end();
    const input = { subscriptionId: id, eventId: refund().id };
    assert.equal((await it.relay.call("RedeliverEvent", { input })).status, 200);
    await it.work();
    assert.equal((await it.deliveries(id))[0]?.status, "delivered");
  });

  it("with a redirect is not followed, and with Retry-After is waited for", async () => {
    await using it = await rig();
    const other = await startFlow();
    const { id } = await it.subscribe();
    it.flow.behave = (_request, response) =>
      response.writeHead(307, { location: `${other.origin}/`, "retry-after": "600" }).end();
    await it.events.receive(refund(), noTraits);
    await it.work();
    assert.equal(other.calls.length, 0);
    const [delivery] = await it.deliveries(id);
    assert.match(String(delivery?.outcome), /307.*Redirects are not followed/);
    assert.equal(Date.parse(String(delivery?.nextAttemptAt)) - it.clock.now(), 600_000);
    await other.close();
  });

  it("by hanging is given up after its time and tried again", async () => {
    await using it = await rig();
    it.flow.behave = () => {};
    const { id } = await it.subscribe();
    await it.events.receive(refund(), noTraits);
    await it.work();
    const [delivery] = await it.deliveries(id);
    assert.deepEqual(
      [delivery?.status, delivery?.outcome],
      ["planned", "The flow did not answer in time. It is tried again."],
    );
  });

  it("by a body without end has taken the event all the same", async () => {
    await using it = await rig();
    it.flow.behave = (_request, response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", pour);
      pour();
    };
    const { id } = await it.subscribe();
    await it.events.receive(refund(), noTraits);
    await it.work();
    assert.equal((await it.deliveries(id))[0]?.status, "delivered");
  });
});

describe("deliveries that break off", () => {
  it("two messages of one call the flow once", async () => {
    await using it = await rig();
    const { id } = await it.subscribe();
    await it.events.receive(refund(), noTraits);
    const [planning] = it.memory.receive(queueName, 60_000);
    await it.worker.run(planning?.text);
    const [message] = it.memory.receive(queueName, 60_000);
    await Promise.all([it.worker.run(message?.text), it.worker.run(message?.text)]);
    assert.equal(it.flow.calls.length, 1);
    // A fan-out that comes once more plans nothing anew.
    await it.worker.run(planning?.text);
    await it.work();
    assert.equal(it.flow.calls.length, 1);
    assert.equal((await it.deliveries(id)).length, 1);
  });

  it("a message that was never sent is made up for", async () => {
    await using it = await rig();
    await it.subscribe();
    await it.events.receive(refund(), noTraits);
    for (const message of it.memory.receive(queueName, 1_000, 10)) message.done();
    it.clock.advance(600_000);
    assert.deepEqual(await recoverEvents(it.events, it.clock), { recovered: 1 });
    await it.work();
    assert.equal(it.flow.calls.length, 1);
    assert.deepEqual((await it.events.waiting(undefined, 10)).value, []);
  });

  it("by a kill at any call of storage, from the planning to the end, lose nothing", async () => {
    for (let call = 1; ; call += 1) {
      for (const at of ["before", "after"] as const) {
        await using it = await rig();
        const { id } = await it.subscribe();
        await it.events.receive(refund(), noTraits);
        const broken = breaking(it.memory, { call, at, forever: true, error: () => new Killed() });
        const services = {
          ...it.relay.services,
          events: createEventStore(broken.storage, it.clock, 90),
          subscriptions: createSubscriptionStore(broken.storage),
        };
        const dying = createEventWorker({ services, poster: createPoster(), log: () => {} });
        for (let turn = 0; turn < 2 && !broken.counted.broke; turn += 1) {
          const [message] = it.memory.receive(queueName, 60_000);
          // Nothing runs after a kill, so the message stays; it comes back when it is visible again.
          const killed = await dying.run(message?.text).then(
            () => false,
            (error: unknown) => error instanceof Killed || assert.fail(String(error)),
          );
          if (!killed) message?.done();
        }
        if (!broken.counted.broke) return assert.ok(call > 10, "All calls have been broken.");
        for (;;) {
          const next = it.memory.nextVisible(queueName);
          if (next === undefined) break;
          it.clock.advance(Math.max(0, next - it.clock.now()));
          await it.work();
        }
        const [delivery, ...more] = await it.deliveries(id);
        assert.deepEqual([delivery?.status, more.length], ["delivered", 0], `${at} call ${call}`);
        const calls = it.flow.calls.length;
        assert.ok(calls === 1 || calls === 2, `${at} call ${call}: the flow was called ${calls} times`);
        assert.equal((await it.events.waiting(undefined, 10)).value.length, 0);
      }
    }
  });

  it("poison is shown", async () => {
    await using it = await rig();
    const { id } = await it.subscribe();
    await it.events.receive(refund(), noTraits);
    const [planning] = it.memory.receive(queueName, 60_000);
    await it.worker.run(planning?.text);
    const [message] = it.memory.receive(queueName, 60_000);
    await it.worker.giveUp(message?.text);
    assert.match(String((await it.deliveries(id))[0]?.outcome), /time after time/);
  });

  it("what is past its time is deleted", async () => {
    await using it = await rig();
    const { id } = await it.subscribe();
    await it.events.receive(refund({ data: { long: "x".repeat(50_000) } }), noTraits);
    await it.work();
    assert.deepEqual(await sweepEvents(it.relay.services), { events: 0, deliveries: 0 });
    it.clock.advance(91 * day);
    assert.deepEqual(await sweepEvents(it.relay.services), { events: 1, deliveries: 1 });
    assert.deepEqual(await it.deliveries(id), []);
    assert.equal(await it.memory.blobs("relay-events").read("x"), undefined);
    const fresh = createEventStore(it.memory, it.clock, 90);
    assert.equal(await fresh.receive(refund(), noTraits), "past");
  });
});

describe("events that came in", () => {
  it("are listed the newest first, by page and by filter", async () => {
    await using it = await rig();
    for (let hour = 0; hour < 5; hour += 1) {
      const type = hour % 2 === 0 ? "REFUND" : "EXPIRED";
      const occurredAt = `2026-01-30T0${hour}:00:00.000Z`;
      await it.events.receive(refund({ id: `event-${hour}`, type, occurredAt }), noTraits);
    }
    const ids = async (input: Record<string, unknown>) => {
      const answer = await it.relay.call("ListEvents", { input });
      assert.equal(answer.status, 200, answer.text);
      const { value, nextLink } = Object(answer.json);
      return { ids: value.map(({ id }: RelayEvent) => id.slice(-1)).join(""), nextLink };
    };
    assert.equal((await ids({})).ids, "43210");
    assert.equal((await ids({ type: "REFUND", source: "app-store-server" })).ids, "420");
    assert.equal((await ids({ environment: "sandbox" })).ids, "");
    const range = { from: "2026-01-30T01:00:00Z", to: "2026-01-30T03:00:00Z" };
    assert.equal((await ids(range)).ids, "321");
    const first = await ids({ limit: 2 });
    assert.equal(first.ids, "43");
    const cursor = new URL(first.nextLink).searchParams.get("cursor");
    assert.equal((await ids({ limit: 2, cursor })).ids, "21");
    const one = await it.relay.call("GetEvent", {
      input: { source: "app-store-server", eventId: "event-3" },
    });
    assert.equal(Object(one.json).type, "EXPIRED");
  });
});
