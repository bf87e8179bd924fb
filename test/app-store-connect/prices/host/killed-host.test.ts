import assert from "node:assert/strict";
import { it } from "node:test";
import type { RecordedRequest } from "../../../../local/simulator/index.ts";
import { type HostRig, startHostRig, until } from "../../../jobs/host-rig.ts";
import { watch } from "../../../support/canary.ts";
import { seed } from "../../../support/catalogue.ts";
import type { HostProcess } from "../../../support/host-process.ts";
import { seededRandom } from "../../../support/random.ts";
import type { Plan } from "../apply/trial.ts";
import { holdUp, isHeldUp, type Moment, moments, strewFaults } from "./faults.ts";
import { amountsOf, meddle, plannedAmounts, prepareSale, pricesOf, saleSize, subscription } from "./sale.ts";

/** More runs, each with a seed of its own, for whoever wants to be surer: `RUNS=20`. */
const runs = Number(process.env.RUNS ?? 1);

/** Calls are answered so much later, in milliseconds, so that there is something to kill. */
const delayMs = 250;

const faultCount = 30;

for (let run = 0; run < runs; run += 1) {
  it(`a sale of a hundred products whose host is killed time after time ends as planned, run ${run}`, async (t) => {
    const runSeed = seed + run;
    t.diagnostic(`seed ${runSeed}`);
    const random = seededRandom(runSeed);
    const start = Date.now();
    const at = (time = Date.now()) => Math.round((time - start) / 1_000);
    await using rig = await startHostRig();
    const { simulator } = rig.relay;
    const sweep = sweeping(rig);
    // The budget of a minute is left to what paces it: here 429s come when nobody expects them.
    simulator.world.appStoreConnect.limits.minute = 5_000;
    const sale = prepareSale(simulator);
    const before = pricesOf(simulator);
    let host = await rig.start();
    const plan = await planSale(host, sale.csv);
    assert.deepEqual(
      { ...plan.summary },
      { products: saleSize, changed: sale.changed.length, unchanged: 1, rejected: sale.rejected },
    );
    const meddled = [11, 12, 13].map((index) => sale.changed[index] ?? "");
    for (const id of meddled) meddle(simulator, id);
    const meddledWith = pricesOf(simulator);

    strewFaults(simulator, random, faultCount);
    simulator.faults.add({
      service: "appStoreConnect",
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "delay", ms: delayMs },
    });
    const from = simulator.requests.length;
    const begun = Date.now();
    const job = await rig.begin("/app-store-connect/prices/apply", { planId: plan.planId });
    // Each moment once, and three that chance chooses.
    const chance = [undefined, undefined, undefined];
    const kills = [...(Object.keys(moments) as Moment[]), ...chance]
      .map((moment) => ({ moment, order: random() }))
      .toSorted((one, other) => one.order - other.order);
    for (const { moment } of kills) {
      if (moment === undefined) await afterCalls(simulator.requests, 1 + Math.floor(random() * 40));
      else {
        holdUp(simulator, moment);
        await until(moment, () => simulator.requests.some(isHeldUp), 60_000);
      }
      assert.equal(await host.end("SIGKILL"), null);
      for (const request of simulator.requests) if (isHeldUp(request)) request.status = 0;
      await sweep();
      host = await rig.start();
    }
    const killed = Date.now();
    const result = Object(await job.result);
    const met = simulator.requests.slice(from).filter(({ faults }) => faults.length > 1);
    t.diagnostic(
      `planned after ${at(begun)} s, killed ${kills.length} times until ${at(killed)} s, over at ${at()} s; ${met.length} calls met faults`,
    );

    // What the job says, its rows, and what is there.
    const rows: { status: string; errorCode?: string }[] = result.items;
    const count = (status: string) => rows.filter((row) => row.status === status).length;
    // Whoever was killed at a look cannot know whether it had gone on to write before somebody else did.
    const unsure = count("unknown");
    const counts = {
      applied: sale.changed.length - meddled.length,
      unchanged: 1,
      rejected: sale.rejected + meddled.length - unsure,
      failed: 0,
      unknown: unsure,
      cancelled: 0,
    };
    assert.deepEqual([result.status, result.summary], ["completed", counts], JSON.stringify(rows));
    assert.equal(rows.length, saleSize);
    const summary = Object(await (await host.fetch(`/jobs/${job.jobId}`)).json());
    assert.deepEqual([summary.total, summary.pending, summary.percent], [saleSize, 0, 100]);
    for (const [status, expected] of Object.entries(counts)) {
      assert.equal(count(status), expected, status);
      assert.equal(summary[status], expected, status);
    }
    const statusOf = new Map(plan.items.map((item, index) => [idOf(item), rows[index]?.status]));
    for (const [index, { attempts }] of (await rig.items(job.jobId)).entries()) {
      const id = idOf(plan.items[index]);
      if (!meddled.includes(id)) continue;
      const { status, errorCode } = rows[index] ?? {};
      if (status === "unknown") assert.ok(attempts > 1, id);
      else assert.deepEqual([status, errorCode], ["rejected", "schedule_changed"], id);
    }
    const after = pricesOf(simulator);
    const applied = new Set(sale.changed.filter((id) => !meddled.includes(id)));
    for (const [index, item] of plan.items.entries()) {
      const id = idOf(item);
      if (!applied.has(id)) continue;
      assert.equal(rows[index]?.status, "applied");
      assert.deepEqual(amountsOf(after.get(id)), plannedAmounts(item), id);
      assert.equal(after.get(id)?.writes, 1, `${id} was written ${after.get(id)?.writes} times`);
    }
    for (const [id, item] of after) if (!applied.has(id)) assert.deepEqual(item, meddledWith.get(id), id);

    // And back.
    simulator.faults.clear();
    const restored = await restore(rig, host, job.jobId);
    // Also what may have been changed.
    const unknown = new Set(meddled.filter((id) => statusOf.get(id) === "unknown"));
    assert.equal(restored.summary.applied, applied.size + unknown.size);
    const atLast = pricesOf(simulator);
    for (const [id, item] of atLast) {
      const old = applied.has(id) || unknown.has(id) ? before.get(id) : meddledWith.get(id);
      if (id !== subscription) assert.deepEqual(amountsOf(item), amountsOf(old), id);
    }
    assert.deepEqual(amountsOf(atLast.get(subscription)), [{ price: "1.99", startDate: null }]);

    t.diagnostic(`restored at ${at()} s`);

    assert.equal(await rig.queue("poison").exists(), false, "Nothing was given up.");
    await sweep();
    assert.equal(await host.end("SIGTERM"), 0);
  });
}

/** The app itself has no product in a plan. */
function idOf(item: Plan["items"][number] | undefined): string {
  return (item?.product ? item.product.id : item?.app.id) ?? "";
}

type PlanAnswer = Plan & { summary: Record<string, number> };

async function planSale(host: HostProcess, csv: string): Promise<PlanAnswer> {
  const response = await host.fetch("/app-store-connect/prices/plan", {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: csv,
  });
  return readPlan(host, response);
}

/** The plan, also where it took longer than a call. */
async function readPlan(host: HostProcess, response: Response): Promise<PlanAnswer> {
  const answer = Object(await response.json());
  if (response.status === 200) return answer;
  assert.equal(response.status, 202, JSON.stringify(answer));
  let plan = answer;
  await until(
    "the plan is ready",
    async () => {
      plan = Object(await (await host.fetch(`/app-store-connect/prices/plans/${answer.jobId}`)).json());
      return plan.status === "ready";
    },
    90_000,
  );
  return plan;
}

async function restore(rig: HostRig, host: HostProcess, jobId: string) {
  const response = await host.fetch("/app-store-connect/prices/restore", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jobId, preserveCurrentPrice: true }),
  });
  const { planId } = await readPlan(host, response);
  return Object(await (await rig.begin("/app-store-connect/prices/apply", { planId })).result);
}

async function afterCalls(requests: readonly RecordedRequest[], count: number): Promise<void> {
  const from = requests.length;
  await until(`${count} calls more`, () => requests.length >= from + count, 60_000);
}

/** Sweeps for keys and tokens, in storage and in what the hosts wrote. */
function sweeping(rig: HostRig): () => Promise<void> {
  const watched = new Set<string>();
  return async () => {
    for (const { headers } of rig.relay.simulator.requests) {
      const token = headers.authorization?.split(" ")[1];
      if (token === undefined || watched.has(token)) continue;
      watched.add(token);
      watch("a token", token);
    }
    assert.ok(watched.size > 0);
    await rig.sweep();
  };
}
