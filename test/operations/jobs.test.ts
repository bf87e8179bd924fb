/** Jobs as callers see them. What carries them out is looked at in test/jobs. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createWorker } from "../../functions/jobs/worker.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

/** Starts a job with one row that is wrong: it is over as soon as it is begun. */
async function start(relay: Relay): Promise<{ jobId: string; token: string }> {
  const { json, headers } = await relay.call("CreateOrUpdateAdjustApps", { body: { apps: [{ name: "x" }] } });
  const jobId = String(Object(json).jobId);
  return { jobId, token: new URL(headers.location ?? "").searchParams.get("token") ?? "" };
}

const begin = (relay: Relay, jobId: string) =>
  createWorker({ services: relay.services, log: () => {} }).run({ job: jobId, sent: Date.now() });

describe("the result of a job", () => {
  it("is for whoever has its token; any other token and any other job are answered alike", async () => {
    await using relay = await startRelay();
    const job = await start(relay);
    const other = await start(relay);
    await begin(relay, job.jobId);
    assert.equal((await relay.call("GetJobResult", { input: job })).status, 200);
    const bare = ({ status, text, error }: Answer) => [status, text.replace(error?.correlationId ?? "", "")];
    const refused = await Promise.all(
      [
        { ...job, token: other.token },
        { ...job, token: job.token.toUpperCase() },
        { ...job, token: "A".repeat(43) },
        { jobId: other.jobId, token: job.token },
        { jobId: "0".repeat(21), token: job.token },
      ].map(async (input) => bare(await relay.call("GetJobResult", { input }))),
    );
    assert.equal(refused[0]?.[0], 404);
    for (const answer of refused) assert.deepEqual(answer, refused[0]);
    // Neither the operations with a key nor any log say the token.
    for (const id of ["GetJob", "ListJobItems"]) {
      const { text, status } = await relay.call(id, { input: { jobId: job.jobId } });
      assert.equal(status, 200);
      assert.ok(!text.includes(job.token));
    }
    assert.ok(!relay.log.join("\n").includes(job.token));
  });

  it("has an address at the public origin, whatever the request says", async () => {
    await using relay = await startRelay({ publicOrigin: "https://relay.example.com" });
    const headers = { host: "evil.test", "x-forwarded-host": "evil.test", "x-forwarded-proto": "http" };
    const { headers: answered } = await relay.call("CreateOrUpdateAdjustApps", {
      body: { apps: [{ name: "x" }] },
      headers,
    });
    assert.match(answered.location ?? "", /^https:\/\/relay\.example\.com\/api\/jobs\//);
    const location = new URL(answered.location ?? "");
    const [, , , jobId = ""] = location.pathname.split("/");
    const poll = await relay.call("GetJobResult", {
      input: { jobId, token: location.searchParams.get("token") },
      headers,
    });
    assert.deepEqual([poll.status, poll.headers.location], [202, location.href]);
  });
});

describe("jobs", () => {
  it("are listed newest first, in the dropdown too", async () => {
    await using relay = await startRelay();
    const started: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      started.unshift((await start(relay)).jobId);
      // IDs are in order by the millisecond.
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const ids = async (id: string, name: string) =>
      Object((await relay.call(id)).json).value.map((entry: Record<string, unknown>) => entry[name]);
    assert.deepEqual(await ids("ListJobs", "jobId"), started);
    assert.deepEqual(await ids("LookUpJobs", "id"), started);
  });

  it("that do not exist are 404 for every operation", async () => {
    await using relay = await startRelay();
    const jobId = "0".repeat(21);
    for (const [id, input] of [
      ["GetJob", { jobId }],
      ["CancelJob", { jobId }],
      ["ListJobItems", { jobId }],
      ["GetJobResult", { jobId, token: "A".repeat(43) }],
    ] as const) {
      const { status, error } = await relay.call(id, { input });
      assert.deepEqual([status, error?.code, error?.source], [404, "not_found", "relay"], id);
    }
  });

  it("show their items by status", async () => {
    await using relay = await startRelay();
    const apps = [
      { name: "wrong" },
      { name: "Good", bundleId: "com.example.a", storeId: "com.example.a", platform: "android" },
    ];
    const { json } = await relay.call("CreateOrUpdateAdjustApps", { body: { apps } });
    const { jobId } = Object(json);
    await begin(relay, jobId);
    const named = async (status?: string) =>
      Object(
        (await relay.call("ListJobItems", { input: { jobId, ...(status && { status }) } })).json,
      ).value.map((item: Record<string, unknown>) => [item.index, item.name, item.status, item.ok]);
    assert.deepEqual(await named(), [
      [0, "wrong", "rejected", false],
      [1, "Good", "planned", false],
    ]);
    assert.deepEqual(await named("rejected"), [[0, "wrong", "rejected", false]]);
    assert.deepEqual(await named("applied"), []);
  });
});
