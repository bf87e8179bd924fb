import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { RelayError } from "../../functions/errors.ts";
import { eventKey } from "../../functions/events/id.ts";
import { readMessage } from "../../functions/events/message.ts";
import { recoverEvents } from "../../functions/events/recover.ts";
import { createEventStore, queueName } from "../../functions/events/table-store.ts";
import { openStorage } from "../../functions/storage/open-storage.ts";
import type { Storage } from "../../functions/storage/storage.ts";
import { createMemoryStorage, type MemoryStorage } from "../../local/storage/memory.ts";
import { breaking, Killed } from "../jobs/simulation.ts";
import { startTestAzurite, type TestAzurite } from "../support/azurite.ts";
import { noTraits, refund, standingClock } from "./support.ts";

const minute = 60_000;
const day = 86_400_000;

/** Texts of the messages that wait, which stay where they are. */
function messagesOf(storage: MemoryStorage): string[] {
  const messages = storage.receive(queueName, 1_000, 100);
  for (const message of messages) message.putBack();
  return messages.map(({ text }) => text);
}

function memory() {
  const clock = standingClock();
  const storage = createMemoryStorage(clock.now);
  const over = (other: Storage) => createEventStore(other, clock, 90);
  return { clock, storage, over, events: over(storage), messages: () => messagesOf(storage) };
}

describe("an event that is received", () => {
  it("is stored as it came, and a message says so", async () => {
    const { events, messages, clock } = memory();
    const event = refund();
    assert.equal(await events.receive(event, { productIds: ["com.example.calm.yearly"] }), "stored");
    const key = eventKey(event);
    const kept = await events.read(key);
    assert.deepEqual(kept?.event, event);
    assert.deepEqual(kept?.productIds, ["com.example.calm.yearly"]);
    assert.equal(kept?.receivedAt, "2026-01-31T00:00:00.000Z");
    assert.equal(kept?.fannedOut, false);
    assert.deepEqual(messages().map(readMessage), [{ event: key, sent: clock.now() }]);
  });

  it("is known the second time, and quiet once flows have heard of it", async () => {
    const { events, messages } = memory();
    assert.equal(await events.receive(refund(), noTraits), "stored");
    await events.endWaiting(eventKey(refund()));
    assert.equal(await events.receive(refund({ occurredAt: "2026-01-30T13:00:00.000Z" }), noTraits), "known");
    assert.equal(messages().length, 1);
    assert.equal((await events.read(eventKey(refund())))?.event.occurredAt, refund().occurredAt);
  });

  it("of another source or ID is another event", async () => {
    const { events } = memory();
    assert.equal(await events.receive(refund(), noTraits), "stored");
    assert.equal(await events.receive(refund({ source: "adjust" }), noTraits), "stored");
    assert.equal(await events.receive(refund({ id: "other/../id?#\\ \n" }), noTraits), "stored");
  });

  it("is passed over where it happened longer ago than events are kept", async () => {
    const { events, clock } = memory();
    const at = (ms: number) => refund({ occurredAt: new Date(clock.now() - ms).toISOString() });
    assert.equal(await events.receive(at(90 * day + 1), noTraits), "past");
    assert.equal(await events.read(eventKey(refund())), undefined);
    assert.equal(await events.receive(at(90 * day), noTraits), "stored");
  });

  it("is stored whatever its date is", async () => {
    const { events } = memory();
    for (const [number, occurredAt] of ["", "no time", "9999-12-31T23:59:59.999Z"].entries()) {
      assert.equal(await events.receive(refund({ id: String(number), occurredAt }), noTraits), "stored");
    }
  });
});

describe("an event whose storing breaks off", () => {
  const off = () => new RelayError("storage_unavailable", { message: "off", source: "storage" });

  it("at any call of storage, counts once for its copies, and a message is sent for it", async () => {
    for (let call = 1; ; call += 1) {
      for (const at of ["before", "after", "twice"] as const) {
        const { storage, over, events, messages } = memory();
        const broken = breaking(storage, { call, at, forever: false, error: off });
        const data = { long: "x".repeat(40_000) };
        const first = await over(broken.storage)
          .receive(refund({ data }), noTraits)
          .catch((error: unknown) => error);
        if (!broken.counted.broke) return assert.ok(call > 5, "All calls have been broken.");
        if (first instanceof RelayError) assert.equal(first.status, 503);
        await events.receive(refund({ data }), noTraits);
        assert.equal(await events.receive(refund({ data }), noTraits), "known");
        assert.deepEqual((await events.read(eventKey(refund())))?.event, refund({ data }));
        assert.ok(messages().length > 0, `${at} call ${call}`);
      }
    }
  });

  it("by a kill at any call, is brought on by the sweep as soon as it is stored", async () => {
    let recovered = 0;
    for (let call = 1; ; call += 1) {
      for (const at of ["before", "after"] as const) {
        const { clock, storage, over, events, messages } = memory();
        const broken = breaking(storage, { call, at, forever: true, error: () => new Killed() });
        await over(broken.storage)
          .receive(refund(), noTraits)
          .catch(() => {});
        if (!broken.counted.broke) return assert.ok(recovered > 0, "None was stored without its message.");
        const stored = (await events.read(eventKey(refund()))) !== undefined;
        const sent = messages().length;
        assert.deepEqual(await recoverEvents(events, clock), { recovered: 0 }, "It may be on its way.");
        clock.advance(6 * minute);
        recovered += (await recoverEvents(events, clock)).recovered;
        assert.equal(messages().length, stored ? sent + 1 : 0, `${at} call ${call}`);
        // What never was stored is forgotten, and what flows have heard of is no longer looked at.
        clock.advance(day);
        await events.endWaiting(eventKey(refund()));
        await recoverEvents(events, clock);
        assert.deepEqual((await events.waiting(undefined, 10)).value, []);
      }
    }
  });
});

describe("events in Azure's tables", () => {
  let azurite: TestAzurite;
  before(async () => {
    azurite = await startTestAzurite();
  });
  after(() => azurite.stop());

  const open = () => openStorage({ kind: "connection-string", connectionString: azurite.connectionString });

  it("count once for six copies at once, and for more of them after a restart", async () => {
    const clock = standingClock();
    const event = refund({ id: "six at once", data: { long: "ü".repeat(100_000) } });
    const copies = Array.from({ length: 6 }, () => createEventStore(open(), clock, 90));
    const answers = await Promise.all(copies.map((copy) => copy.receive(event, noTraits)));
    assert.deepEqual(answers.sort(), ["known", "known", "known", "known", "known", "stored"]);
    const restarted = createEventStore(open(), clock, 90);
    assert.equal(await restarted.receive(event, noTraits), "known");
    assert.deepEqual((await restarted.read(eventKey(event)))?.event, event);
    assert.deepEqual(
      (await restarted.waiting(undefined, 10)).value.map(({ key }) => key),
      [eventKey(event)],
    );
    await restarted.endWaiting(eventKey(event));
    assert.deepEqual((await restarted.waiting(undefined, 10)).value, []);
    assert.equal((await restarted.read(eventKey(event)))?.fannedOut, true);
  });

  it("are listed by page and filter, and deleted when they are past their time", async () => {
    const clock = standingClock();
    const events = createEventStore(open(), clock, 90);
    for (let hour = 0; hour < 5; hour += 1) {
      const type = hour % 2 === 0 ? "it's LISTED" : "OTHER";
      const data = hour === 4 ? { long: "x".repeat(40_000) } : {};
      const occurredAt = `2026-01-29T0${hour}:00:00.000Z`;
      await events.receive(refund({ id: `listed-${hour}`, type, occurredAt, data }), noTraits);
    }
    const at = (hour: number) => Date.UTC(2026, 0, 29, hour);
    const ids = async (wish: Partial<Parameters<typeof events.list>[0]>) => {
      const { value, next } = await events.list({ limit: 10, where: {}, to: at(4), from: at(0), ...wish });
      return { ids: value.map(({ event }) => event.id.slice(-1)).join(""), next };
    };
    assert.equal((await ids({})).ids, "43210");
    assert.equal((await ids({ where: { type: "it's LISTED", source: "app-store-server" } })).ids, "420");
    assert.equal((await ids({ from: at(1), to: at(3) })).ids, "321");
    const first = await ids({ limit: 2 });
    assert.equal(first.ids, "43");
    assert.equal((await ids({ limit: 2, after: first.next })).ids, "21");
    assert.equal(await events.removeBefore(at(2)), 2);
    assert.equal((await ids({})).ids, "432");
    assert.equal(await events.removeBefore(at(5)), 3);
    assert.equal(await events.read(eventKey(refund({ id: "listed-4" }))), undefined);
  });

  it("cannot be received while storage is away", async () => {
    const away = openStorage({
      kind: "connection-string",
      // A port that nobody listens on.
      connectionString: azurite.connectionString.replace(/:\d+\//g, ":1/"),
    });
    await assert.rejects(
      createEventStore(away, standingClock(), 90).receive(refund(), noTraits),
      (error: unknown) =>
        error instanceof RelayError && error.code === "storage_unavailable" && error.status === 503,
    );
  });
});
