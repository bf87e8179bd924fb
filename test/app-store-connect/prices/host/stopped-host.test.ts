import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startHostRig, until } from "../../../jobs/host-rig.ts";
import type { HostProcess } from "../../../support/host-process.ts";
import { holdUp, isHeldUp } from "./faults.ts";
import { pricesOf } from "./sale.ts";

const app = "1480000001";
const products = Array.from({ length: 30 }, (_, index) => String(6_700_000_010 + index));
const changes = products.map((product) => ({ app, product, price: "4.49" }));

async function post(host: HostProcess, target: string, body: unknown) {
  const response = await host.fetch(`/app-store-connect/prices/${target}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: Object(await response.json()) };
}

describe("a host in the middle of a sale", () => {
  it("that is told to stop ends what runs, begins nothing, and leaves the rest", async (t) => {
    await using rig = await startHostRig();
    const { simulator } = rig.relay;
    const first = await rig.start();
    const plan = await post(first, "plan", { changes });
    assert.equal(plan.json.summary?.changed, products.length, JSON.stringify(plan.json));
    const late = { kind: "delay", ms: 1_500 } as const;
    const every = Number.POSITIVE_INFINITY;
    simulator.faults.add({ service: "appStoreConnect", method: "POST", times: every, fault: late });
    const sent = () => simulator.requests.filter(({ method }) => method === "POST");
    const job = await rig.begin("/app-store-connect/prices/apply", { planId: plan.json.planId });
    await until("some are being written", () => sent().length >= 4);

    const told = Date.now();
    assert.equal(await first.end("SIGTERM"), 0);
    const took = Date.now() - told;
    assert.ok(
      sent().every(({ status }) => status === 201),
      "What had been sent was answered.",
    );
    const items = await rig.items(job.jobId);
    const left = items.filter(({ status }) => status === "planned" || status === "waiting");
    const written = [...pricesOf(simulator).values()].filter(({ writes }) => writes > 0);
    assert.equal(
      written.length + left.length,
      products.length,
      "Somebody was left in the middle of its work.",
    );
    assert.ok(left.length > 0 && written.length >= 4, `${left.length} were left.`);

    simulator.faults.clear();
    const again = Date.now();
    const second = await rig.start();
    const result = Object(await job.result);
    t.diagnostic(`stopped in ${took} ms with ${left.length} left, which took ${Date.now() - again} ms`);
    assert.deepEqual([result.status, result.summary.applied], ["completed", products.length]);
    assert.equal(sent().length, products.length, "None was sent twice.");
    assert.equal(await second.end("SIGTERM"), 0);
  });

  it("that is killed is followed within half a minute by another one at every product that it was at work on", async (t) => {
    await using rig = await startHostRig();
    const { simulator } = rig.relay;
    let host = await rig.start();
    const plan = await post(host, "plan", { changes: changes.slice(0, 4) });
    holdUp(simulator, "the write, before it is carried out", 4);
    const held = () => simulator.requests.filter(isHeldUp);
    const job = await rig.begin("/app-store-connect/prices/apply", { planId: plan.json.planId });
    await until("all are being written", () => held().length === 4);
    await host.end("SIGKILL");
    const killed = Date.now();
    const from = simulator.requests.length;
    host = await rig.start();
    const gaps: number[] = [];
    for (const product of products.slice(0, 4)) {
      const again = () => simulator.requests.slice(from).some(({ url }) => url.includes(`/${product}`));
      await until(`${product} is worked on again`, again, 60_000);
      gaps.push((Date.now() - killed) / 1_000);
    }
    t.diagnostic(`worked on again after ${gaps.map((gap) => gap.toFixed(1)).join(", ")} s`);
    // The longest claim of a step of prices, and what it takes to notice.
    for (const gap of gaps) assert.ok(gap < 30, `after ${gap} s only`);
    const result = Object(await job.result);
    assert.deepEqual([result.status, result.summary.applied], ["completed", 4]);
    for (const product of products.slice(0, 4)) assert.equal(pricesOf(simulator).get(product)?.writes, 1);
    assert.equal(await host.end("SIGTERM"), 0);
  });
});
