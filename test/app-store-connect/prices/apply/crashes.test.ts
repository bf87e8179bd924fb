import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { RelayError } from "../../../../functions/errors.ts";
import type { Client } from "../../../../functions/upstream/client.ts";
import { makeSchedule, setItem } from "../../../../local/simulator/index.ts";
import { type Break, breaking, Killed } from "../../../jobs/simulation.ts";
import { type Relay, startRelay } from "../../../support/relay.ts";
import { begun, cases, undisturbed } from "./cases.ts";
import { type Fault, faults } from "./faults.ts";
import { assertEnded, between, startTrial, type Trial, type Way } from "./trial.ts";

let relay: Relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.close());

const killed = () => new Killed("killed");
const unavailable = () =>
  new RelayError("storage_unavailable", { message: "It is down.", source: "storage" });

/** A way on which calls of storage and of Apple are counted together, and one of them breaks. */
function brokenWay({ storage, apple }: Trial, facts: Break): Way & { broke(): boolean } {
  const broken = breaking(storage, facts);
  const client: Client = (attempt) => broken.through(() => apple.client(attempt));
  return { storage: broken.storage, client, broke: () => broken.counted.broke };
}

for (const one of cases) {
  describe(`${one.name} whose worker is killed`, () => {
    it("at every call of storage and of Apple, before it or after it, is changed once, as planned", async (t) => {
      const expected = await undisturbed(relay, one);
      let points = 0;
      for (const at of ["before", "after"] as const) {
        for (let call = 1; ; call += 1) {
          const label = `killed ${at} call ${call}`;
          const { trial, jobId } = await begun(relay, one);
          const way = brokenWay(trial, { call, at, forever: true, error: killed });
          if (!(await trial.workUntilKilled(way))) break;
          points += 1;
          await trial.workOff();
          await assertEnded(trial, jobId, ["applied"], label);
          assert.deepEqual(trial.apple.prices(one.id), expected.prices, label);
        }
      }
      t.diagnostic(`${points} points`);
      // Six calls of storage at least, and all of Apple, on both sides of each.
      assert.ok(points >= 2 * (expected.calls.length + 5), `only ${points} points were met`);
    });

    it("twice in a row, at every two calls, is changed once, as planned", async (t) => {
      const expected = await undisturbed(relay, one);
      let points = 0;
      for (let first = 2; ; first += 2) {
        const { trial, jobId } = await begun(relay, one);
        if (!(await killAt(trial, first, "after"))) break;
        for (const second of [3, 5, 7, 9]) {
          points += 1;
          if (!(await killAt(trial, second, second % 4 === 1 ? "before" : "after"))) break;
        }
        await trial.workOff();
        await assertEnded(trial, jobId, ["applied"], `killed after call ${first} and then on`);
        assert.deepEqual(
          trial.apple.prices(one.id),
          expected.prices,
          `killed after call ${first} and then on`,
        );
      }
      t.diagnostic(`${points} points`);
    });
  });
}

describe("a product that is not to be written, whose worker is killed at every call", () => {
  it("is unchanged where it stands as asked", async () => {
    for (let call = 1; ; call += 1) {
      const trial = startTrial(relay);
      const asked = { app: "1480000001", product: "6700000002", territory: "GBR", price: "1.49" };
      const { jobId } = await trial.apply([asked]);
      if (!(await killAt(trial, call, "after"))) break;
      await trial.workOff();
      await assertEnded(trial, jobId, ["unchanged"], `killed after call ${call}`);
      assert.ok(trial.apple.calls.every((one) => one.startsWith("GET ")));
    }
  });

  it("is not written where somebody else changed it after it was planned", async () => {
    const ends = new Set<string>();
    for (const { id, changes } of cases.slice(0, 2)) {
      for (let call = 1; ; call += 1) {
        const trial = startTrial(relay);
        const { jobId } = await trial.apply(changes);
        const { prices } = trial.apple.world.appStoreConnect;
        setItem(prices, id, {
          schedule: makeSchedule(prices, "USA", [{ territory: "USA", price: "49.99" }]),
        });
        const isKilled = await killAt(trial, call, "after");
        await trial.workOff();
        const [item] = await trial.items(jobId);
        // Whoever was killed at a look cannot know whether it had gone on to write before somebody else did.
        const end = isKilled && (item?.attempts ?? 0) > 1 ? "unknown" : "rejected";
        ends.add(`${item?.status} ${item?.error?.code}`);
        await assertEnded(
          trial,
          jobId,
          [item?.status === "rejected" ? "rejected" : end],
          `killed after call ${call}`,
        );
        assert.equal(trial.apple.prices(id).writes, 0);
        if (!isKilled) break;
      }
    }
    assert.deepEqual([...ends].sort(), ["rejected schedule_changed", "unknown outcome_unknown"]);
  });
});

function killAt(trial: Trial, call: number, at: "before" | "after"): Promise<boolean> {
  return trial.workUntilKilled(brokenWay(trial, { call, at, forever: true, error: killed }));
}

describe("storage that fails for a moment while prices are applied", () => {
  for (const one of cases) {
    it(`leaves ${one.name} as planned, written once, at whatever call it fails`, async (t) => {
      const expected = await undisturbed(relay, one);
      let points = 0;
      for (const at of ["before", "after", "twice"] as const) {
        for (let call = 1; ; call += 1) {
          const label = `failed ${at} call ${call}`;
          const { trial, jobId } = await begun(relay, one);
          const broken = breaking(trial.storage, { call, at, forever: false, error: unavailable });
          await trial.workOff(trial.worker({ storage: broken.storage }));
          if (!broken.counted.broke) break;
          points += 1;
          await assertEnded(trial, jobId, ["applied"], label);
          assert.deepEqual(trial.apple.prices(one.id), expected.prices, label);
        }
      }
      t.diagnostic(`${points} points`);
    });
  }

  it("keeps Apple from being called where the item cannot be claimed", async () => {
    for (const one of cases) {
      const { trial, jobId } = await begun(relay, one);
      // The job and the item are read; the third call is the claim.
      const { storage } = breaking(trial.storage, {
        call: 3,
        at: "before",
        forever: true,
        error: unavailable,
      });
      await trial.next(trial.worker({ storage }));
      assert.deepEqual(trial.apple.calls, []);
      await trial.workOff();
      await assertEnded(trial, jobId, ["applied"], "after the claim failed");
    }
  });

  it("shows an item as being sent where its end cannot be recorded, and reads before anything is sent again", async () => {
    for (const one of cases) {
      const expected = await undisturbed(relay, one);
      const { trial, jobId } = await begun(relay, one);
      // From the fourth call on: what comes after the claim.
      const { storage } = breaking(trial.storage, {
        call: 6,
        at: "before",
        forever: true,
        error: unavailable,
      });
      await trial.next(trial.worker({ storage }));
      const calls = trial.apple.calls.length;
      assert.equal(trial.apple.prices(one.id).writes, one.writes);
      assert.equal((await trial.items(jobId))[0]?.status, "sending");
      await trial.workOff();
      assert.ok(trial.apple.calls.slice(calls).every((call) => call.startsWith("GET ")));
      await assertEnded(trial, jobId, ["applied"], "reconciled");
      assert.deepEqual(trial.apple.prices(one.id), expected.prices);
    }
  });
});

describe("a call of Apple's that fails while prices are applied", () => {
  for (const one of cases) {
    it(`leaves ${one.name} as planned, written once, whichever it is`, async (t) => {
      const expected = await undisturbed(relay, one);
      let points = 0;
      for (const fault of faults) {
        for (let call = 1; ; call += 1) {
          const { trial, jobId } = await begun(relay, one);
          const { client, met } = faultyClient(trial, call, fault);
          await trial.workOff(trial.worker({ client }));
          if (!met()) break;
          points += 1;
          const label = `call ${call} ${fault.name}`;
          await assertEnded(trial, jobId, ["applied"], label);
          assert.deepEqual(trial.apple.prices(one.id), expected.prices, label);
        }
      }
      t.diagnostic(`${points} points`);
      assert.ok(points >= faults.length * expected.calls.length);
    });
  }
});

function faultyClient(
  { apple, ...rest }: Trial,
  call: number,
  fault: Fault,
): { client: Client; met(): boolean } {
  let count = 0;
  return {
    client(attempt) {
      count += 1;
      const work = () => apple.client(attempt);
      return count === call ? fault.answer(work, { apple, ...rest }) : work();
    },
    met: () => count >= call,
  };
}

describe("two workers on one item", () => {
  for (const one of cases) {
    it(`write ${one.name} once, at whatever call of the first the second begins`, async (t) => {
      const expected = await undisturbed(relay, one);
      let points = 0;
      for (let call = 1; ; call += 1) {
        const { trial, jobId } = await begun(relay, one);
        const [message] = trial.storage.receive("relay-jobs", 15_000, 1);
        assert.ok(message);
        let count = 0;
        const second = trial.worker();
        const meanwhile = async <Value>(work: () => Promise<Value>): Promise<Value> => {
          count += 1;
          if (count === call) await second.run(message.text);
          return work();
        };
        const broken = between(trial, meanwhile);
        await trial.worker(broken).run(message.text);
        if (count < call) break;
        points += 1;
        await trial.workOff();
        await assertEnded(trial, jobId, ["applied"], `the second began at call ${call}`);
        assert.deepEqual(trial.apple.prices(one.id), expected.prices, `the second began at call ${call}`);
      }
      t.diagnostic(`${points} points`);
    });
  }
});
