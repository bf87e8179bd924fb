import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { derivedJobId, jobIdPattern } from "../../functions/jobs/id.ts";
import type { JobKind } from "../../functions/jobs/kind.ts";
import { joinJob, recordJob } from "../../functions/jobs/start.ts";
import { sweepJobs } from "../../functions/jobs/sweep.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { items, type JobRig, startJobRig } from "./support.ts";

const day = 86_400_000;

/** Counts how often each item was worked on. */
function countingKind() {
  const worked = new Map<number, number>();
  const kind: JobKind = {
    async step({ input }) {
      const number = Number(Object(input).number);
      worked.set(number, (worked.get(number) ?? 0) + 1);
      return { kind: "end", status: "applied" };
    },
  };
  return { worked, kind };
}

/** What a poll of Location answers. */
async function poll(rig: JobRig, location: string) {
  const url = new URL(location);
  const [, , , jobId = ""] = url.pathname.split("/");
  const input = { jobId, token: url.searchParams.get("token") };
  const { status, json } = await rig.relay.call("GetJobResult", { input });
  return { status, json: Object(json) };
}

describe("jobs with rows", () => {
  let azurite: Awaited<ReturnType<typeof startTestAzurite>>;
  before(async () => {
    azurite = await startTestAzurite();
  });
  after(() => azurite[Symbol.asyncDispose]());
  const rigOf = (kind?: JobKind) =>
    startJobRig({ connectionString: azurite.connectionString, ...(kind && { kind }) });

  it("that are started with an ID of their own are one, at the same moment and later, and every Location works", async () => {
    const { worked, kind } = countingKind();
    await using rig = await rigOf(kind);
    const at = Date.now();
    const id = derivedJobId(at, "apply plan 1");
    assert.match(id, new RegExp(jobIdPattern));
    assert.equal(derivedJobId(at, "apply plan 1"), id);
    assert.notEqual(derivedJobId(at, "apply plan 2"), id);
    assert.equal(await rig.within((scope) => joinJob(scope, id)), undefined);

    const first = await Promise.all([1, 2, 3, 4].map(() => rig.start(items(20), id)));
    await rig.pump();
    const later = await rig.start(items(20), id);
    const joined = await rig.within((scope) => joinJob(scope, id));
    await rig.pump();
    assert.deepEqual(
      [...worked.values()],
      Array.from({ length: 20 }, () => 1),
    );
    const all = [...first, later, joined?.facts ?? assert.fail("It is not found.")];
    assert.deepEqual(new Set(all.map(({ body }) => body.jobId)), new Set([id]));
    assert.equal(later.body.status, "completed");
    assert.equal(new Set(all.map(({ location }) => location)).size, 6, "A token was told twice.");
    for (const { location } of all) {
      const { status, json } = await poll(rig, location);
      assert.deepEqual([status, json.applied, json.results.length], [200, 20, 20]);
    }
    const other = (all[0]?.location ?? "").replace(/token=.{5}/, "token=AAAAA");
    assert.equal((await poll(rig, other)).status, 404);
    assert.equal(await rig.services.jobs.plannedItems(id), undefined, "A plan was left behind.");
    const { value } = await rig.services.jobs.list(undefined, 100);
    assert.equal(value.filter((job) => job.id === id).length, 1);
  });

  it("may have items that have ended already, in any way, with results of any length", async () => {
    const { worked, kind } = countingKind();
    await using rig = await rigOf(kind);
    const long = "x".repeat(50_000);
    const { body, location } = await rig.start([
      { about: { name: "a" }, end: { status: "unchanged", result: { text: long } } },
      ...items(1),
      { about: { name: "c" }, end: { status: "failed", error: { code: "own", message: "It failed." } } },
    ]);
    await rig.pump();
    assert.equal(worked.size, 1);
    const { status, json } = await poll(rig, location);
    assert.deepEqual(
      [status, json.status, json.unchanged, json.applied, json.failed],
      [200, "completed", 1, 1, 1],
    );
    assert.equal(json.results[0].text, long);
    assert.equal(json.results[2].errorCode, "own");
    assert.equal((await rig.services.jobs.read(body.jobId ?? ""))?.counts.unchanged, 1);
  });

  it("are kept when they were over within their call: listed, shown, answered and deleted like others", async () => {
    await using rig = await rigOf();
    const long = "y".repeat(40_000);
    const total = 250;
    const given = Array.from({ length: total }, (_, number) => ({
      about: { name: `item ${number}` },
      end:
        number === 7
          ? { status: "rejected" as const, error: { code: "invalid_input", message: "It is wrong." } }
          : { status: "applied" as const, result: { text: number < 100 ? long : String(number) } },
    }));
    const job = await rig.within((scope, credential) => recordJob(scope, { credential, items: given }));
    assert.deepEqual(
      [job.status, job.total, job.counts.applied, job.counts.rejected],
      ["completed", total, 249, 1],
    );
    const shown = Object((await rig.relay.call("GetJob", { input: { jobId: job.id } })).json);
    assert.deepEqual(
      [shown.status, shown.percent, shown.pending, shown.hasFailures],
      ["completed", 100, 0, true],
    );
    const listed = Object((await rig.relay.call("ListJobs", { input: {} })).json);
    assert.equal(listed.value[0].jobId, job.id);
    const rejected = await rig.relay.call("ListJobItems", { input: { jobId: job.id, status: "rejected" } });
    assert.deepEqual(
      Object(rejected.json).value.map(({ index, name }: { index: number; name: string }) => [index, name]),
      [[7, "item 7"]],
    );
    const cancelled = await rig.relay.call("CancelJob", { input: { jobId: job.id } });
    assert.equal(Object(cancelled.json).status, "completed");
    const joined = await rig.within((scope) => joinJob(scope, job.id));
    const { status, json } = await poll(rig, joined?.facts.location ?? "");
    assert.deepEqual([status, json.results.length, json.results[99].text], [200, total, long]);

    const { jobs } = rig.services;
    assert.equal((await sweepJobs(jobs, { now: () => Date.now() + 31 * day })).failed, 0);
    assert.equal(await jobs.read(job.id), undefined);
    assert.deepEqual((await jobs.items(job.id, { limit: 10 })).value, []);
    assert.ok(!(await rig.contents()).includes(job.id), "Something of it was left behind.");
  });
});
