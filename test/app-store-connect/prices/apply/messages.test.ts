import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { queueName } from "../../../../functions/jobs/table-store.ts";
import type { Attempt, Client } from "../../../../functions/upstream/client.ts";
import { UpstreamFailure } from "../../../../functions/upstream/failure.ts";
import { breaking, Killed } from "../../../jobs/simulation.ts";
import { seed } from "../../../support/catalogue.ts";
import { type Relay, startRelay } from "../../../support/relay.ts";
import { app, begun, firstPrice, purchase, subscription, undisturbed } from "./cases.ts";
import { faultyAnswer } from "./faults.ts";
import { assertEnded, between, startTrial, type Trial } from "./trial.ts";

let relay: Relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.close());

/** What happens to one message. */
interface Event {
  /** Which of those that are visible. */
  pick: number;
  /** It is delivered once more. */
  copy: boolean;
  /** The call of storage or of Apple at which its process is killed. */
  kill: number | undefined;
  at: "before" | "after";
  /** What becomes of writes meanwhile. */
  writes: "answered" | "lost" | "lost and made";
}

const event: fc.Arbitrary<Event> = fc.record({
  pick: fc.nat(31),
  copy: fc.boolean(),
  kill: fc.option(fc.integer({ min: 1, max: 10 }), { freq: 3, nil: undefined }),
  at: fc.constantFrom("before", "after"),
  writes: fc.constantFrom("answered", "answered", "lost", "lost and made"),
});

const products = [app, purchase, subscription, firstPrice];

describe("messages of a job that applies prices", () => {
  it("in any order, any number of times, with workers killed and answers lost, change each product once", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const expected = await Promise.all(products.map((one) => undisturbed(relay, one)));
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
        const trial = startTrial(relay);
        const { jobId } = await trial.apply(products.flatMap(({ changes }) => changes));
        for (const one of events) await play(trial, one);
        await trial.workOff();
        await assertEnded(
          trial,
          jobId,
          products.map(() => "applied"),
          "at the end",
        );
        for (const [index, { id, name }] of products.entries()) {
          assert.deepEqual(trial.apple.prices(id), expected[index]?.prices, name);
        }
      }),
      { seed, numRuns: 60 },
    );
  });
});

async function play(trial: Trial, { pick, copy, kill, at, writes }: Event): Promise<void> {
  const broken = breaking(trial.storage, {
    call: kill ?? Number.POSITIVE_INFINITY,
    at,
    forever: true,
    error: () => new Killed("killed"),
  });
  const client: Client = (attempt) =>
    broken.through(async () => {
      if (attempt.method === "GET" || writes === "answered") return trial.apple.client(attempt);
      if (writes === "lost and made") await trial.apple.client(attempt);
      throw new UpstreamFailure("broken", "The connection broke.", { sent: true });
    });
  try {
    await trial.next(trial.worker({ storage: broken.storage, client }), (messages) => {
      const chosen = messages[pick % messages.length];
      if (chosen && copy) void trial.storage.queue(queueName).send(chosen.text);
      return chosen ? [chosen] : [];
    });
  } catch (error) {
    assert.ok(error instanceof Killed, String(error));
  }
}

/** Apple, whose first write is on its way for a time, with nobody there to hear of it. */
function slowFirstWrite(trial: Trial, delayMs: number) {
  const { apple, time } = trial;
  let onItsWay: { at: number; attempt: Attempt } | undefined;
  let isSent = false;
  return {
    arrived: () => isSent && onItsWay === undefined,
    async client(attempt: Attempt) {
      if (onItsWay && onItsWay.at <= time.now()) {
        const { attempt: first } = onItsWay;
        onItsWay = undefined;
        await apple.client(first);
      }
      if (attempt.method === "GET" || isSent) return apple.client(attempt);
      isSent = true;
      onItsWay = { at: time.now() + delayMs, attempt };
      throw new UpstreamFailure("broken", "The connection broke.", { sent: true });
    },
  };
}

/** Up to the end of the time that a step has. */
const delays = [0, 5_000, 15_000, 18_000];

describe("a write that arrives late", () => {
  for (const one of products) {
    it(`changes ${one.name} once where its answer was lost`, async () => {
      const expected = await undisturbed(relay, one);
      for (const delayMs of delays) {
        const { trial, jobId } = await begun(relay, one);
        const slow = slowFirstWrite(trial, delayMs);
        await trial.workOff(trial.worker({ client: slow.client }));
        assert.ok(slow.arrived(), `${delayMs} ms late`);
        await assertEnded(trial, jobId, ["applied"], `${delayMs} ms late`);
        assert.deepEqual(trial.apple.prices(one.id), expected.prices, `${delayMs} ms late`);
      }
    });

    it(`changes ${one.name} once where its worker was killed`, async () => {
      const expected = await undisturbed(relay, one);
      for (const delayMs of delays) {
        const { trial, jobId } = await begun(relay, one);
        const slow = slowFirstWrite(trial, delayMs);
        let isDead = false;
        const way = between(trial, (work) => (isDead ? Promise.reject(new Killed("killed")) : work()));
        const client: Client = (attempt) => {
          isDead = attempt.method !== "GET";
          return slow.client(attempt);
        };
        assert.ok(await trial.workUntilKilled({ ...way, client }));
        await trial.workOff(trial.worker({ client: slow.client }));
        assert.ok(slow.arrived(), `${delayMs} ms late`);
        await assertEnded(trial, jobId, ["applied"], `${delayMs} ms late`);
        assert.deepEqual(trial.apple.prices(one.id), expected.prices, `${delayMs} ms late`);
      }
    });
  }
});

describe("an Apple that carries out no write", () => {
  for (const one of products) {
    for (const how of ["answers 500", "breaks the connection"]) {
      it(`and ${how} is waited for and then given up, and ${one.name} is as it was`, async () => {
        const { trial, jobId } = await begun(relay, one);
        const old = trial.apple.prices(one.id);
        const client: Client = async (attempt) => {
          if (attempt.method === "GET") return trial.apple.client(attempt);
          if (how === "answers 500") return faultyAnswer(500);
          throw new UpstreamFailure("broken", "The connection broke.", { sent: true });
        };
        const start = trial.time.now();
        await trial.workOff(trial.worker({ client }));
        const minutes = (trial.time.now() - start) / 60_000;
        assert.ok(minutes > 20 && minutes < 120, `${minutes} minutes`);
        await assertEnded(trial, jobId, ["failed"], how);
        assert.equal((await trial.items(jobId))[0]?.error?.code, "upstream_unavailable");
        assert.deepEqual(trial.apple.prices(one.id), old);
      });
    }
  }
});
