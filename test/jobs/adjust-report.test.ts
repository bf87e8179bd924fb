import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Ajv } from "ajv";
import { startTestAzurite } from "../support/azurite.ts";
import { findOperation } from "../support/relay.ts";
import { type JobRig, startJobRig } from "./support.ts";

const asked = { dimensions: ["app", "partner_name"], metrics: ["installs", "cost"], lastDays: 7 };

describe("a report that is run as a job", () => {
  let azurite: Awaited<ReturnType<typeof startTestAzurite>>;
  before(async () => {
    azurite = await startTestAzurite();
  });
  after(() => azurite[Symbol.asyncDispose]());
  const startRig = () => startJobRig({ connectionString: azurite.connectionString });

  async function run(rig: JobRig, operationId: string, input: Record<string, unknown>) {
    const started = await rig.relay.call(operationId, { input: { ...input, runAsJob: true } });
    assert.equal(started.status, 202, started.text);
    const jobId = String(Object(started.json).jobId);
    const token = new URL(started.headers.location ?? "").searchParams.get("token") ?? "";
    await rig.pump({ until: async () => (await rig.services.jobs.read(jobId))?.status === "completed" });
    const { status, json } = await rig.relay.call("GetJobResult", { input: { jobId, token } });
    assert.equal(status, 200);
    const operation = findOperation(operationId);
    assert.ok(operation.kind === "typed");
    const validate = new Ajv({ strict: false }).compile(operation.output);
    assert.ok(validate(json), JSON.stringify(validate.errors));
    return Object(json);
  }

  it("answers what the same report answers at once", async () => {
    await using rig = await startRig();
    for (const [id, names] of [
      ["GetAdjustReport", ["value", "totals", "warnings", "rowCount", "period"]],
      ["GetAdjustReportCsv", ["csv", "fileName", "rowCount", "period"]],
    ] as const) {
      const { json } = await rig.relay.call(id, { input: asked });
      assert.ok(Object(json).rowCount > 0);
      const result = await run(rig, id, asked);
      assert.equal(result.status, "completed");
      for (const name of names) assert.deepEqual(result[name], Object(json)[name], `${id} ${name}`);
    }
  });

  it("may be larger than an answer of a call", async () => {
    await using rig = await startRig();
    const rows = Array.from({ length: 60_000 }, (_, number) => ({
      app: `An app with quite a long name, and a number of its own: ${number}`,
      partner_name: "A partner with a name that is long, too, as such names are in reports",
      installs: String(number),
      cost: "1.5",
    }));
    const body = { rows, totals: { installs: 1 }, warnings: [], pagination: null };
    assert.ok(JSON.stringify(body).length > 10 * 1024 * 1024);
    const fault = { kind: "status", status: 200, body } as const;
    rig.relay.simulator.faults.add({ fault });
    const { status, error } = await rig.relay.call("GetAdjustReport", { input: asked });
    assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    assert.match(error?.hint ?? "", /run the report as a job/);
    rig.relay.simulator.faults.add({ fault });
    const result = await run(rig, "GetAdjustReport", asked);
    assert.equal(result.rowCount, 60_000);
    assert.deepEqual(result.value[59_999], { ...rows[59_999], installs: 59_999, cost: 1.5 });
  });

  it("that Adjust refuses says so in its result, with the fields of a report that has no rows", async () => {
    await using rig = await startRig();
    for (const [id, empty] of [
      ["GetAdjustReport", { value: [], totals: {}, warnings: [], rowCount: 0 }],
      ["GetAdjustReportCsv", { csv: "", rowCount: 0 }],
    ] as const) {
      const result = await run(rig, id, { ...asked, metrics: ["no_such_metric"] });
      assert.deepEqual([result.status, result.errorCode, result.hasFailures], ["failed", "rejected", true]);
      assert.match(result.errorMessage, /no_such_metric/);
      for (const [name, value] of Object.entries(empty)) assert.deepEqual(result[name], value);
    }
  });

  it("is checked before it is started", async () => {
    await using rig = await startRig();
    const input = { ...asked, lastDays: undefined, period: "last_quarter", runAsJob: true };
    const { status, error } = await rig.relay.call("GetAdjustReport", { body: input });
    assert.deepEqual([status, error?.details?.map(({ field }) => field)], [400, ["period"]]);
    assert.deepEqual(await rig.take(), []);
  });
});
