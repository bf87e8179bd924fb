import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RelayError } from "../../functions/errors.ts";
import { pendingOf } from "../../functions/jobs/job.ts";
import { queueName } from "../../functions/jobs/table-store.ts";
import type { Storage } from "../../functions/storage/storage.ts";
import { seed } from "../support/catalogue.ts";
import {
  breaking,
  countingUpstream,
  Killed,
  type Simulation,
  simulate,
  type Upstream,
} from "./simulation.ts";

/** Far more messages than any of these jobs needs: a job that goes round in circles is found. */
const maxMessages = 2_000;

async function workOff(simulation: Simulation, id: string): Promise<void> {
  for (let count = 0; count < maxMessages; count += 1) {
    if (!(await simulation.next(simulation.services()))) return;
  }
  assert.fail(`${id} does not come to an end.`);
}

async function assertWhole(
  simulation: Simulation,
  upstream: Upstream,
  id: string,
  label: string,
): Promise<void> {
  const job = await simulation.job(id);
  const rows = await simulation.items(id);
  assert.equal(job.status, "completed", label);
  assert.equal(rows.length, job.total, label);
  assert.equal(pendingOf(job), 0, label);
  for (const { status, index } of rows) {
    assert.equal(status, "applied", `${label}, item ${index}`);
    assert.equal(upstream.writes.get(index), 1, `${label}, writes of item ${index}`);
  }
  assert.equal(job.counts.applied, job.total, label);
}

const unavailable = () =>
  new RelayError("storage_unavailable", { message: "It is down.", source: "storage" });

describe("a job whose worker is killed", () => {
  it("at every single call of storage, before it or after it, ends whole: every item once, counts add up", async () => {
    let points = 0;
    for (const at of ["before", "after"] as const) {
      for (let call = 1; ; call += 1) {
        const upstream = countingUpstream();
        const simulation = simulate(upstream.kind);
        const id = await simulation.start(3);
        const broken = breaking(simulation.storage, {
          call,
          at,
          forever: true,
          error: () => new Killed("killed"),
        });
        const services = simulation.services(broken.storage);
        try {
          for (let count = 0; count < maxMessages && (await simulation.next(services)); count += 1);
        } catch (error) {
          assert.ok(error instanceof Killed, String(error));
        }
        if (!broken.counted.broke) break;
        points += 1;
        await workOff(simulation, id);
        await assertWhole(simulation, upstream, id, `killed ${at} call ${call}`);
      }
    }
    assert.ok(points > 60, `only ${points} points were met`);
  });

  it("while the start is under way has either begun nothing or ends whole", async () => {
    const seen = new Set<string>();
    for (const at of ["before", "after"] as const) {
      for (let call = 1; call <= 5; call += 1) {
        const upstream = countingUpstream();
        const simulation = simulate(upstream.kind);
        const broken = breaking(simulation.storage, { call, at, forever: true, error: unavailable });
        const { jobs } = simulation.services(broken.storage);
        const id = "0".repeat(21);
        const other = await simulation.start(1);
        const known = await simulation.job(other);
        const outcome = await jobs
          .create({ ...known, id, total: 2 }, [
            { about: {}, input: '{"number":7}' },
            { about: {}, input: '{"number":8}' },
          ])
          .then(
            () => "started",
            (error: RelayError) => error.outcome,
          );
        await workOff(simulation, other);
        const begun = upstream.writes.has(7) || upstream.writes.has(8);
        // "Nothing was changed" must be true; what may have been started may be said of one that was not.
        if (outcome === "none") assert.ok(!begun, `${at} call ${call}`);
        if (outcome === "started") assert.ok(upstream.writes.get(7) === 1 && upstream.writes.get(8) === 1);
        seen.add(`${outcome} ${begun}`);
      }
    }
    assert.deepEqual([...seen].sort(), ["none false", "started true", "unknown false", "unknown true"]);
  });
});

describe("a job that is started again with the same ID", () => {
  it("is one, wherever the first start was killed", async () => {
    for (const at of ["before", "after"] as const) {
      for (let call = 1; call <= 6; call += 1) {
        const upstream = countingUpstream();
        const simulation = simulate(upstream.kind);
        const known = await simulation.job(await simulation.start(1));
        const id = "1".repeat(21);
        const start = (storage: Storage, tokenHash: string) =>
          simulation.services(storage).jobs.create(
            { ...known, id, total: 3, tokenHash },
            [0, 1, 2].map((number) => ({ about: {}, input: JSON.stringify({ number }) })),
          );
        const error = () => new Killed("killed");
        const { storage } = breaking(simulation.storage, { call, at, forever: true, error });
        await start(storage, "first").catch((thrown) => assert.ok(thrown instanceof Killed));
        for (let count = 0; count < call; count += 1) await simulation.next(simulation.services());
        const existing = await start(simulation.storage, "second");
        assert.equal(existing?.tokenHash, call > 4 || (call === 4 && at === "after") ? "first" : undefined);
        await workOff(simulation, id);
        // The other job has an item of this number too.
        upstream.writes.set(0, Math.min(upstream.writes.get(0) ?? 0, 1));
        await assertWhole(simulation, upstream, id, `killed ${at} call ${call}`);
        assert.equal(await simulation.services().jobs.plannedItems(id), undefined);
      }
    }
  });

  it("is not taken for another's where the SDK sends its own write again", async () => {
    const upstream = countingUpstream();
    const simulation = simulate(upstream.kind);
    const known = await simulation.job(await simulation.start(1));
    const error = () => new Killed("not thrown");
    const { storage } = breaking(simulation.storage, { call: 4, at: "twice", forever: false, error });
    assert.equal(
      await simulation.services(storage).jobs.create({ ...known, id: "2".repeat(21), tokenHash: "own" }, []),
      undefined,
    );
  });
});

describe("a job whose storage fails for a moment", () => {
  it("at any call, before it or after it, ends whole, and nothing is sent where the claim failed", async () => {
    let points = 0;
    for (const at of ["before", "after"] as const) {
      for (let call = 1; ; call += 1) {
        const upstream = countingUpstream();
        const simulation = simulate(upstream.kind);
        const id = await simulation.start(3);
        const broken = breaking(simulation.storage, { call, at, forever: false, error: unavailable });
        const services = simulation.services(broken.storage);
        for (let count = 0; count < maxMessages && (await simulation.next(services)); count += 1);
        if (!broken.counted.broke) break;
        points += 1;
        await assertWhole(simulation, upstream, id, `failed ${at} call ${call}`);
      }
    }
    assert.ok(points > 60, `only ${points} points were met`);
  });

  it("ends whole where an answer is lost and the SDK sends the write again, at any call", async () => {
    let points = 0;
    for (let call = 1; ; call += 1) {
      const upstream = countingUpstream();
      const simulation = simulate(upstream.kind);
      const id = await simulation.start(3);
      const broken = breaking(simulation.storage, {
        call,
        at: "twice",
        forever: false,
        error: unavailable,
      });
      const services = simulation.services(broken.storage);
      for (let count = 0; count < maxMessages && (await simulation.next(services)); count += 1);
      if (!broken.counted.broke) break;
      points += 1;
      await assertWhole(simulation, upstream, id, `call ${call} done twice`);
    }
    assert.ok(points > 30, `only ${points} points were met`);
  });

  it("waits for tables that are away for hours while the queue is not, and gives up nothing", async () => {
    for (const begun of [0, 3]) {
      const upstream = countingUpstream();
      const simulation = simulate(upstream.kind);
      const id = await simulation.start(3);
      for (let count = 0; count < begun; count += 1) await simulation.next(simulation.services());
      const back = simulation.runtime.now() + 2 * 3_600_000;
      const away: Storage = {
        ...simulation.storage,
        table(name) {
          const table = simulation.storage.table(name);
          const through =
            <Args extends unknown[], Value>(use: (...args: Args) => Promise<Value>) =>
            async (...args: Args) => {
              if (simulation.runtime.now() < back) throw unavailable();
              return use(...args);
            };
          return {
            read: through(table.read),
            insert: through(table.insert),
            replace: through(table.replace),
            transact: through(table.transact),
            page: through(table.page),
            remove: through(table.remove),
          };
        },
      };
      const services = simulation.services(away);
      let rounds = 0;
      while (await simulation.next(services)) {
        rounds += 1;
        assert.ok(rounds < maxMessages, "It goes round without end.");
      }
      assert.ok(rounds > 200, "It was not away for as long as it should have been.");
      await assertWhole(simulation, upstream, id, `away after ${begun} messages`);
    }
  });

  it("does not call upstream when an item cannot be claimed", async () => {
    const upstream = countingUpstream();
    const simulation = simulate(upstream.kind);
    const id = await simulation.start(1);
    await simulation.next(simulation.services());
    const { storage } = breaking(simulation.storage, {
      call: 3,
      at: "before",
      forever: true,
      error: unavailable,
    });
    // Reads the job and the item; the third call is the claim.
    await simulation.next(simulation.services(storage));
    assert.equal(upstream.writes.size, 0);
    await workOff(simulation, id);
    await assertWhole(simulation, upstream, id, "after the claim failed");
  });
});

describe("a job that is cancelled", () => {
  /** Fans the job out in part or whole, begins some items, puts the messages of the others to sleep, and cancels it. */
  async function cancelled(messages: number, total: number) {
    const upstream = countingUpstream();
    const simulation = simulate(upstream.kind);
    const id = await simulation.start(total);
    for (let count = 0; count < messages; count += 1) await simulation.next(simulation.services());
    const { jobs } = simulation.services();
    for (const { text, done } of simulation.storage.receive(queueName, 0, 10_000)) {
      await simulation.storage.queue(queueName).send(text, messages === 0 ? 0 : 3_600_000);
      done();
    }
    const cancelRequestedAt = new Date(simulation.runtime.now()).toISOString();
    await jobs.changeJob(id, (job) => ({ ...job, cancelRequestedAt }));
    await jobs.send({ job: id, cancel: true, sent: simulation.runtime.now() });
    return { upstream, simulation, id };
  }

  async function assertCancelled(
    { upstream, simulation, id }: Awaited<ReturnType<typeof cancelled>>,
    label: string,
  ) {
    const job = await simulation.job(id);
    const rows = await simulation.items(id);
    assert.equal(job.status, "cancelled", label);
    assert.equal(rows.length, job.total, label);
    const applied = rows.filter(({ status }) => status === "applied");
    assert.deepEqual(
      [job.counts.applied, job.counts.cancelled],
      [applied.length, job.total - applied.length],
      label,
    );
    assert.deepEqual([...upstream.writes.keys()].sort(), applied.map(({ index }) => index).sort(), label);
    assert.ok(
      rows.every(
        ({ status, input }) => input === undefined && (status === "applied" || status === "cancelled"),
      ),
    );
  }

  it("is over at once, however long its messages sleep, with or without rows for its items", async () => {
    for (const [messages, total, applied] of [
      [0, 200, 0],
      [1, 200, 0],
      [4, 200, 3],
    ] as const) {
      const given = await cancelled(messages, total);
      const { simulation, id } = given;
      const start = simulation.runtime.now();
      while ((await simulation.job(id)).counts.cancelled < total - applied) {
        assert.ok(await simulation.next(simulation.services()), "Items are left.");
        assert.ok(simulation.runtime.now() - start < 60_000, "It waits for its messages.");
      }
      await workOff(simulation, id);
      await assertCancelled(given, `after ${messages} messages`);
      assert.equal((await simulation.job(id)).counts.applied, applied);
    }
  });

  it("ends whole where its worker is killed at any call of storage, before it or after it", async () => {
    let points = 0;
    for (const messages of [0, 3]) {
      for (const at of ["before", "after"] as const) {
        for (let call = 1; ; call += 1) {
          const given = await cancelled(messages, 95);
          const { simulation, id } = given;
          const error = () => new Killed("killed");
          const broken = breaking(simulation.storage, { call, at, forever: true, error });
          const services = simulation.services(broken.storage);
          try {
            for (let count = 0; count < maxMessages && (await simulation.next(services)); count += 1);
          } catch (thrown) {
            assert.ok(thrown instanceof Killed, String(thrown));
          }
          // Every message looks at its job first, which is tried for the first few only.
          if (!broken.counted.broke || call > 60) break;
          points += 1;
          await workOff(simulation, id);
          await assertCancelled(given, `killed ${at} call ${call} after ${messages} messages`);
        }
      }
    }
    assert.ok(points > 60, `only ${points} points were met`);
  });

  it("leaves to itself what is begun while it is cancelled", async () => {
    const given = await cancelled(1, 95);
    const { simulation, id } = given;
    const services = simulation.services();
    const { jobs } = services;
    const cancelItems: typeof jobs.cancelItems = async (items) => {
      const [first] = items;
      // Between reading and writing: somebody claims the first of them.
      if (first?.index === 0)
        await jobs.saveItem({ ...first, status: "sending", until: new Date(0).toISOString() });
      return jobs.cancelItems(items);
    };
    await simulation.next({ ...services, jobs: { ...jobs, cancelItems } });
    assert.deepEqual((await simulation.job(id)).counts.cancelled, 94);
    await workOff(simulation, id);
    await assertCancelled(given, "with one begun");
  });
});

describe("a message that is received again and again", () => {
  /** Runs the next message with a worker that is killed at a call of storage. @returns whether it was. */
  async function killAt(simulation: Simulation, call: number): Promise<boolean> {
    const error = () => new Killed("killed");
    const { storage } = breaking(simulation.storage, { call, at: "before", forever: true, error });
    try {
      await simulation.next(simulation.services(storage));
      return false;
    } catch (thrown) {
      assert.ok(thrown instanceof Killed, String(thrown));
      return true;
    }
  }

  it("since its worker was killed is worked on after a hundred times", async () => {
    const upstream = countingUpstream();
    const simulation = simulate(upstream.kind);
    const id = await simulation.start(1);
    await simulation.next(simulation.services());
    // The job is read, and then its item, where it ends.
    for (let kills = 0; kills < 100; ) if (await killAt(simulation, 2)) kills += 1;
    await workOff(simulation, id);
    await assertWhole(simulation, upstream, id, "after a hundred kills");
  });

  it("since its item kills each worker ends as unknown", async () => {
    const simulation = simulate(countingUpstream().kind);
    const id = await simulation.start(1);
    await simulation.next(simulation.services());
    const { jobs } = simulation.services();
    let claims = 0;
    // The claim is written, and then the process ends.
    const saveItem: typeof jobs.saveItem = async (item) => {
      await jobs.saveItem(item);
      claims += 1;
      throw new Killed("killed");
    };
    const services = { ...simulation.services(), jobs: { ...jobs, saveItem } };
    for (let count = 0; count < maxMessages; count += 1) {
      try {
        if (!(await simulation.next(services))) break;
      } catch (thrown) {
        assert.ok(thrown instanceof Killed, String(thrown));
      }
    }
    const [item] = await simulation.items(id);
    assert.deepEqual([item?.status, (await simulation.job(id)).status], ["unknown", "completed"]);
    assert.equal(claims, 21);
  });

  it("since its job kills each worker before an item is begun ends too", async () => {
    const simulation = simulate(countingUpstream().kind);
    const id = await simulation.start(1);
    let kills = 0;
    for (let count = 0; count < maxMessages && (await simulation.job(id)).status !== "failed"; count += 1) {
      if (await killAt(simulation, 2)) kills += 1;
    }
    assert.equal((await simulation.job(id)).status, "failed");
    assert.ok(kills >= 200, `given up after ${kills} kills`);
  });

  it("since something unforeseen is thrown each time is given up after a few times, and its item is shown", async () => {
    const simulation = simulate(countingUpstream().kind);
    const id = await simulation.start(1);
    await simulation.next(simulation.services());
    const { jobs } = simulation.services();
    let tries = 0;
    const saveItem: typeof jobs.saveItem = async () => {
      tries += 1;
      throw new TypeError("unforeseen");
    };
    const services = { ...simulation.services(), jobs: { ...jobs, saveItem } };
    while (await simulation.next(services));
    const [item] = await simulation.items(id);
    assert.deepEqual([item?.status, item?.error?.code], ["failed", "internal_error"]);
    assert.equal(tries, 7, "two times here and five by the host");
  });
});

describe("messages of a job", () => {
  it("in any order, any number of times, with workers killed in between, have one effect each", async (t) => {
    t.diagnostic(`seed ${seed}`);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(
          fc.record({
            pick: fc.nat(31),
            copy: fc.boolean(),
            kill: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 3 }),
            at: fc.constantFrom("before" as const, "after" as const),
          }),
          { maxLength: 60 },
        ),
        async (total, events) => {
          const upstream = countingUpstream();
          const simulation = simulate(upstream.kind);
          const id = await simulation.start(total);
          for (const { pick, copy, kill, at } of events) {
            const services =
              kill === null
                ? simulation.services()
                : simulation.services(
                    breaking(simulation.storage, {
                      call: kill,
                      at,
                      forever: true,
                      error: () => new Killed("killed"),
                    }).storage,
                  );
            try {
              await simulation.next(services, (messages) => {
                const chosen = messages[pick % messages.length];
                if (!chosen) return [];
                if (copy) void simulation.storage.queue("relay-jobs").send(chosen.text);
                return [chosen];
              });
            } catch (error) {
              assert.ok(error instanceof Killed, String(error));
            }
          }
          await workOff(simulation, id);
          await assertWhole(simulation, upstream, id, "at the end");
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});
