import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startTestAzurite } from "../support/azurite.ts";
import { type JobRig, startJobRig } from "./support.ts";

const readme = readFileSync(path.resolve(import.meta.dirname, "../../connector/README.md"), "utf8");
const [, script = ""] = /#### The sale with curl[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme) ?? [];

/** The body that the script sends to plan with. */
const wish = JSON.parse(/-d '(\{"changes"[^']*)'/.exec(script)?.[1] ?? assert.fail("It plans changes."));

interface Summary {
  [count: string]: number;
}

describe("the sale with curl of the connector's README", () => {
  let azurite: Awaited<ReturnType<typeof startTestAzurite>>;
  before(async () => {
    azurite = await startTestAzurite();
  });
  after(() => azurite[Symbol.asyncDispose]());

  /** Applies a plan and answers the job's ID and counts. */
  async function apply(rig: JobRig, planId: string): Promise<{ jobId: string; summary: Summary }> {
    const { status, headers, json } = await rig.relay.call("ApplyPricePlan", { body: { planId } });
    assert.equal(status, 202, JSON.stringify(json));
    const jobId = String(Object(json).jobId);
    const token = new URL(headers.location ?? "").searchParams.get("token") ?? "";
    await rig.pump({
      workers: 4,
      until: async () => (await rig.services.jobs.read(jobId))?.status === "completed",
    });
    const result = await rig.relay.call("GetJobResult", { input: { jobId, token } });
    assert.equal(result.status, 200);
    return Object(result.json);
  }

  async function pricesOf(rig: JobRig, product: string): Promise<Record<string, string>> {
    const input = { app: "com.example.harborkings", product };
    const { status, json } = await rig.relay.call("GetPrices", { input });
    assert.equal(status, 200);
    const current: { territory: string; price: string }[] = Object(json).current;
    return Object.fromEntries(current.map(({ territory, price }) => [territory, price]));
  }

  it("changes what it says, and takes it back", async () => {
    await using rig = await startJobRig({ connectionString: azurite.connectionString });
    const gems = "com.example.harborkings.gems.2";
    const old = await pricesOf(rig, gems);
    const plan = await rig.relay.call("PlanPriceChanges", { body: wish });
    assert.equal(plan.status, 200);
    const { planId, summary } = Object(plan.json);
    assert.deepEqual(summary, { products: 3, changed: 2, unchanged: 0, rejected: 1 });

    const applied = await apply(rig, planId);
    assert.deepEqual([applied.summary.applied, applied.summary.rejected], [2, 1]);
    const sale = await pricesOf(rig, gems);
    assert.equal(sale.USA, "0.99");
    assert.ok(Object.keys(old).every((territory) => sale[territory] !== old[territory]));

    const restore = await rig.relay.call("PlanPriceRestore", { body: { jobId: applied.jobId } });
    assert.equal(restore.status, 200);
    const restored = await apply(rig, Object(restore.json).planId);
    assert.equal(restored.summary.applied, 2);
    assert.deepEqual(await pricesOf(rig, gems), old);
  });
});
