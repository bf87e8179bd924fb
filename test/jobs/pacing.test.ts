import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobKind } from "../../functions/jobs/kind.ts";
import { path } from "../../functions/upstream/path.ts";
import { virtualTime } from "../support/virtual-time.ts";
import { credential, hour, hourLimit, runFleet, strictService } from "./fleet.ts";

/** Calls that an item takes: it is read, written and read again. */
const calls = 3;

const kind: JobKind = {
  pace: { origin: "app-store-connect", calls },
  async step(_item, { upstream, deadline }) {
    for (const method of ["GET", "POST", "GET"]) {
      const call = {
        origin: "app-store-connect",
        method,
        path: path`/v1/things`,
        credential,
        deadline,
      } as const;
      const { status } = await upstream.send(call, ({ body, status: said }) => {
        body.resume();
        return said;
      });
      assert.equal(status, 200, `${method} was refused.`);
    }
    return { kind: "end", status: "applied" };
  },
};

/** Chance that repeats itself: Lehmer's generator. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const share = 15;
const usable = hourLimit * (1 - share / 100);

describe("a job of 2,000 items with three calls each", () => {
  for (const instances of [1, 4]) {
    it(`uses what it may of the budget and leaves the rest, on ${instances} instances`, async (t) => {
      const time = virtualTime(chance(7));
      const { client, meter } = strictService(time);
      const total = 2_000;
      const work = runFleet({ time, kind, client, instances, total, interactiveShare: share });
      const { job, items, startedAt, messages } = await time.run(work);
      const inHour = (number: number) =>
        meter.calls.filter((at) => Math.floor((at - startedAt) / hour) === number).length;
      const hours = [0, 1].map(inHour);
      const again = items.filter(({ attempts }) => attempts > 1).length;
      t.diagnostic(
        `${meter.refused} of ${meter.calls.length} refused; ${hours.map((used) => `${((100 * used) / usable).toFixed(1)} %`).join(" and ")} of what jobs may use in two hours; ${meter.leastLeft} left at worst; ${again} items taken up again; ${messages} messages; ${((Date.parse(job.endedAt ?? "") - startedAt) / hour).toFixed(2)} h`,
      );
      assert.deepEqual([job.status, job.counts.applied], ["completed", total]);
      assert.equal(
        items.reduce((sum, { failures }) => sum + failures, 0),
        0,
        "A limit counted as a fault.",
      );
      assert.ok(meter.calls.length >= total * calls);
      assert.ok(meter.refused <= 5, `${meter.refused} calls were refused.`);
      assert.ok(meter.leastLeft >= hourLimit * 0.1, `Only ${meter.leastLeft} calls were left to others.`);
      for (const used of hours) assert.ok(used >= 0.95 * usable, `Only ${used} calls in an hour.`);
      assert.ok(messages < 10 * total, `${messages} messages were taken.`);
    });
  }
});
