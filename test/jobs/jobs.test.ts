import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { RelayError } from "../../functions/errors.ts";
import { itemEnds } from "../../functions/jobs/item.ts";
import type { JobKind } from "../../functions/jobs/kind.ts";
import { readResult } from "../../functions/jobs/result.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { canary, sweep } from "../support/canary.ts";
import { items, type JobRig, quickTimes, startJobRig } from "./support.ts";

/** Number of an item, as `items` gives it. */
const numberOf = (input: unknown) => Number(Object(input).number);

describe("a job", () => {
  let azurite: Awaited<ReturnType<typeof startTestAzurite>>;
  before(async () => {
    azurite = await startTestAzurite();
  });
  after(() => azurite[Symbol.asyncDispose]());
  const rigOf = (kind: JobKind) => startJobRig({ connectionString: azurite.connectionString, kind });
  const jobOf = async (rig: JobRig, id: string | undefined) =>
    (await rig.services.jobs.read(id ?? "")) ?? assert.fail("There is no job.");
  const rowsOf = async (rig: JobRig, id: string | undefined) =>
    (await rig.services.jobs.items(id ?? "", { limit: 1_000 })).value;

  it("works off every item once and answers them in order, rejected ones beside the others", async () => {
    const seen: number[] = [];
    await using rig = await rigOf({
      async step({ input }) {
        seen.push(numberOf(input));
        return numberOf(input) === 3
          ? { kind: "end", status: "failed", error: { code: "broken", message: "It is broken." } }
          : { kind: "end", status: "applied", result: { doubled: 2 * numberOf(input) } };
      },
    });
    const all = items(230).map((item, number) =>
      number % 100 === 5
        ? { about: item.about, error: { code: "invalid_input", message: "name: is required." } }
        : item,
    );
    const { body, location, retryAfterSeconds } = await rig.start(all);
    assert.equal(body.status, "queued");
    assert.match(
      location,
      new RegExp(`^https://relay\\.test/api/jobs/${body.jobId}/result\\?token=[\\w-]{43}$`),
    );
    assert.ok(retryAfterSeconds >= 1);
    assert.equal((await jobOf(rig, body.jobId)).status, "queued");

    await rig.pump();
    const job = await jobOf(rig, body.jobId);
    assert.equal(job.status, "completed");
    assert.deepEqual(job.counts, {
      applied: 226,
      unchanged: 0,
      rejected: 3,
      failed: 1,
      unknown: 0,
      cancelled: 0,
    });
    assert.ok(job.startedAt && job.endedAt && job.startedAt <= job.endedAt);
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      all.flatMap((_, number) => (number % 100 === 5 ? [] : [number])),
    );
    const { results } = await readResult(rig.services.jobs, job, undefined, Date.now());
    assert.ok(Array.isArray(results));
    assert.equal(results.length, 230);
    assert.deepEqual(results[2], { name: "item 2", doubled: 4, index: 2, status: "applied", ok: true });
    assert.deepEqual(results[3], {
      name: "item 3",
      index: 3,
      status: "failed",
      ok: false,
      errorCode: "broken",
      errorMessage: "It is broken.",
    });
    assert.deepEqual([results[5].status, results[5].errorCode], ["rejected", "invalid_input"]);
    // What was to be done is kept no longer than it is needed.
    assert.ok(
      (await rowsOf(rig, body.jobId)).every(({ input, memo }) => input === undefined && memo === undefined),
    );
    assert.equal(await rig.services.jobs.plannedItems(job.id), undefined);
  });

  it("of which every item is rejected is over at once", async () => {
    await using rig = await rigOf({ step: () => assert.fail("Nothing is to be done.") });
    const error = { code: "invalid_input", message: "x" };
    const { body } = await rig.start([0, 1].map((number) => ({ about: { number }, error })));
    assert.equal(await rig.pump(), 1);
    const job = await jobOf(rig, body.jobId);
    assert.deepEqual([job.status, job.counts.rejected], ["completed", 2]);
  });

  it("has one effect an item, however often and in whatever order its messages come", async () => {
    const effects = new Map<number, number>();
    await using rig = await rigOf({
      async step({ input }) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        effects.set(numberOf(input), (effects.get(numberOf(input)) ?? 0) + 1);
        return { kind: "end", status: "applied" };
      },
    });
    const { body } = await rig.start(items(40));
    const jobId = body.jobId ?? "";
    // The start itself comes three times, two of them at the same time. No worker dies, so no claim is to run out, however
    // slow the machine is.
    const worker = rig.worker({ stepMs: 30_000, leaseMs: 38_000 });
    const start = { job: jobId, sent: Date.now() };
    await Promise.all([worker.run(start), worker.run(start)]);
    await worker.run(start);
    const order = Array.from({ length: 120 }, (_, at) => ((at * 37) % 120) % 40);
    await Promise.all(order.map((item) => worker.run({ job: jobId, item, sent: Date.now() })));
    await rig.pump({ worker });
    assert.deepEqual(
      [...effects.values()],
      Array.from({ length: 40 }, () => 1),
    );
    const job = await jobOf(rig, jobId);
    assert.deepEqual([job.status, job.counts.applied], ["completed", 40]);
  });

  it("passes a message over that is none of its own", async () => {
    await using rig = await rigOf({ step: () => assert.fail("Nothing is to be done.") });
    const worker = rig.worker();
    for (const message of [
      "",
      "x",
      "{}",
      "[]",
      '{"job":"../x","sent":1}',
      { job: "0".repeat(21), sent: 1, item: -1 },
    ]) {
      await worker.run(message);
      await worker.giveUp(message);
    }
    // One that came before its job was stored comes again, one that is left from a start that failed does not.
    await worker.run({ job: "0".repeat(21), sent: Date.now() - 3_600_000 });
    assert.deepEqual(await rig.take(), []);
    await worker.run({ job: "0".repeat(21), sent: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    assert.equal((await rig.take()).length, 1);
  });

  it("goes on after a wait, with what a step kept, and never twice at a time", async () => {
    const steps: unknown[] = [];
    await using rig = await rigOf({
      async step({ memo, repeated }) {
        steps.push([memo, repeated]);
        const round = Number(memo?.round ?? 0);
        return round < 2
          ? { kind: "later", waitMs: 900, memo: { round: round + 1 } }
          : { kind: "end", status: "applied", result: { rounds: round } };
      },
    });
    const { body } = await rig.start(items(1));
    const until = async () => (await jobOf(rig, body.jobId)).status === "completed";
    await rig.pump({ until });
    assert.deepEqual(steps, [
      [undefined, false],
      [{ round: 1 }, false],
      [{ round: 2 }, false],
    ]);
    const [row] = await rowsOf(rig, body.jobId);
    assert.deepEqual([row?.status, row?.attempts, row?.result], ["applied", 3, { rounds: 2 }]);
  });

  it("takes a worker for dead when its lease is over, tells the next one so, and records one end", async () => {
    const repeats: boolean[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using rig = await rigOf({
      async step({ repeated }) {
        repeats.push(repeated);
        if (!repeated) await held;
        return { kind: "end", status: "applied", result: { by: repeated ? "second" : "first" } };
      },
    });
    const { body } = await rig.start(items(1));
    const worker = rig.worker();
    const message = { job: body.jobId, item: 0, sent: Date.now() };
    await worker.run({ job: body.jobId, sent: Date.now() });
    const first = worker.run(message);
    while (repeats.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    // While the lease holds nobody else begins.
    await worker.run(message);
    assert.deepEqual(repeats, [false]);
    await new Promise((resolve) => setTimeout(resolve, quickTimes.leaseMs));
    await worker.run(message);
    assert.deepEqual(repeats, [false, true]);
    release();
    await first;
    const [row] = await rowsOf(rig, body.jobId);
    assert.deepEqual([row?.status, row?.result], ["applied", { by: "second" }]);
    assert.equal((await jobOf(rig, body.jobId)).counts.applied, 1);
  });

  it("repeats what passes, waits for limits without end, and ends what is refused", async () => {
    const refusal = (
      code: "rejected" | "credential_rejected" | "upstream_unavailable" | "rate_limited",
      unknown = false,
    ) =>
      new RelayError(code, {
        message: `It said ${code}.`,
        outcome: unknown ? "unknown" : "none",
        ...(code === "rate_limited" && { retryAfterSeconds: 1 }),
      });
    const tries = new Map<number, number>();
    await using rig = await rigOf({
      async step({ input, repeated }) {
        const number = numberOf(input);
        const tried = tries.get(number) ?? 0;
        tries.set(number, tried + 1);
        if (number === 0) throw refusal("rejected");
        if (number === 1) throw refusal("credential_rejected");
        if (number === 2 && tried === 0) throw refusal("rate_limited");
        if (number === 3 && tried === 0) throw refusal("upstream_unavailable", true);
        if (number === 3) assert.ok(repeated, "A step whose effect is not known is run again unknowing.");
        return { kind: "end", status: "applied" };
      },
    });
    const { body } = await rig.start(items(4));
    const until = async () => (await jobOf(rig, body.jobId)).status === "completed";
    await rig.pump({ until });
    const rows = await rowsOf(rig, body.jobId);
    assert.deepEqual(
      rows.map(({ status, attempts, failures, error }) => [status, attempts, failures, error?.code]),
      [
        ["rejected", 1, 0, "rejected"],
        ["failed", 1, 0, "credential_rejected"],
        ["applied", 2, 0, undefined],
        ["applied", 2, 1, undefined],
      ],
    );
  });

  it("does not forget that something may have been sent, whatever fault comes next, and is not cancelled then", async () => {
    const told: boolean[] = [];
    const faults = [
      new RelayError("upstream_timeout", { message: "Nobody knows.", outcome: "unknown" }),
      new RelayError("rate_limited", { message: "Wait.", retryAfterSeconds: 1 }),
    ];
    await using rig = await rigOf({
      async step({ repeated }) {
        told.push(repeated);
        const fault = faults[told.length - 1];
        if (fault) throw fault;
        return { kind: "end", status: "applied" };
      },
    });
    const { body } = await rig.start(items(1));
    await rig.pump({ until: async () => told.length === 2 });
    await rig.relay.call("CancelJob", { input: { jobId: body.jobId } });
    await rig.pump({ until: async () => (await jobOf(rig, body.jobId)).status === "completed" });
    assert.deepEqual(told, [false, true, true]);
  });

  it("keeps what a step has found, also where the work breaks off after it", async () => {
    await using rig = await rigOf({
      async step({ memo }) {
        if (!memo) return { kind: "later", waitMs: 1, memo: { token: "abc" } };
        throw new RelayError("credential_rejected", { message: "No more." });
      },
      resultOf: ({ token }) => ({ token }),
    });
    const { body } = await rig.start(items(2));
    const jobId = body.jobId ?? "";
    const worker = rig.worker();
    await worker.run({ job: jobId, sent: Date.now() });
    for (const item of [0, 1]) await worker.run({ job: jobId, item, sent: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await worker.run({ job: jobId, item: 0, sent: Date.now() });
    await worker.giveUp({ job: jobId, item: 1, sent: Date.now() });
    const rows = await rowsOf(rig, jobId);
    assert.deepEqual(
      rows.map(({ status, result, error }) => [status, result, error?.code]),
      [
        ["failed", { token: "abc" }, "credential_rejected"],
        ["failed", { token: "abc" }, "internal_error"],
      ],
    );
    assert.ok(!/Nothing was sent/.test(rows[1]?.error?.message ?? ""));
  });

  it("gives up an item that nobody can record, and one whose claim still holds it leaves alone", async () => {
    await using rig = await rigOf({ step: async () => ({ kind: "end", status: "applied" }) });
    const { body } = await rig.start(items(2));
    const jobId = body.jobId ?? "";
    const worker = rig.worker();
    await worker.run({ job: jobId, sent: Date.now() });
    const claim = async (index: number, facts: object) => {
      const row = await rig.services.jobs.readItem(jobId, index);
      assert.ok(row && (await rig.services.jobs.saveItem({ ...row, status: "sending", ...facts })));
    };
    await claim(0, { crashes: 20, until: new Date(0).toISOString() });
    await worker.run({ job: jobId, item: 0, sent: Date.now() });
    assert.equal((await rowsOf(rig, jobId))[0]?.status, "unknown");
    await claim(1, { until: new Date(Date.now() + 60_000).toISOString() });
    await assert.rejects(worker.giveUp({ job: jobId, item: 1, sent: Date.now() }), /still be at work/);
    assert.equal((await rowsOf(rig, jobId))[1]?.status, "sending");
  });

  it("runs no more than a few slow steps at a time", async () => {
    let running = 0;
    let most = 0;
    await using rig = await rigOf({
      slow: true,
      async step() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 100));
        running -= 1;
        return { kind: "end", status: "applied" };
      },
    });
    const { body } = await rig.start(items(6));
    const worker = rig.worker();
    await worker.run({ job: body.jobId, sent: Date.now() });
    const all = [0, 1, 2, 3, 4, 5].map((item) => worker.run({ job: body.jobId, item, sent: Date.now() }));
    await Promise.all(all);
    assert.equal(most, 2);
    assert.equal((await jobOf(rig, body.jobId)).counts.applied, 2);
    // The others found no room, and come again.
    await rig.pump({ worker, until: async () => (await jobOf(rig, body.jobId)).status === "completed" });
    assert.equal(most, 2);
  });

  it("when cancelled leaves alone what was not begun, and brings to its end what was", async () => {
    let begun = 0;
    await using rig = await rigOf({
      async step({ memo }) {
        begun += 1;
        return memo
          ? { kind: "end", status: "applied" }
          : { kind: "later", waitMs: 800, memo: { sent: true } };
      },
    });
    const { body } = await rig.start(items(6));
    const jobId = body.jobId ?? "";
    const worker = rig.worker();
    await worker.run({ job: jobId, sent: Date.now() });
    for (const item of [0, 1]) await worker.run({ job: jobId, item, sent: Date.now() });
    assert.equal(begun, 2);
    const answer = await rig.relay.call("CancelJob", { input: { jobId } });
    assert.deepEqual([answer.status, Object(answer.json).status], [200, "cancelling"]);
    await rig.pump({ until: async () => (await jobOf(rig, jobId)).status === "cancelled" });
    const job = await jobOf(rig, jobId);
    assert.deepEqual([job.counts.applied, job.counts.cancelled], [2, 4]);
    assert.equal(begun, 4);
    const again = await rig.relay.call("CancelJob", { input: { jobId } });
    assert.deepEqual([again.status, Object(again.json).status], [200, "cancelled"]);
  });

  it("shows a message that crashed its worker time after time as a failed item", async () => {
    await using rig = await rigOf({ step: async () => ({ kind: "end", status: "applied" }) });
    const { body } = await rig.start(items(3));
    const jobId = body.jobId ?? "";
    const worker = rig.worker();
    await worker.run({ job: jobId, sent: Date.now() });
    const row = await rig.services.jobs.readItem(jobId, 1);
    assert.ok(
      row &&
        (await rig.services.jobs.saveItem({ ...row, status: "sending", until: new Date(0).toISOString() })),
    );
    for (const item of [0, 1]) await worker.giveUp(JSON.stringify({ job: jobId, item, sent: Date.now() }));
    // What has ended in the meantime stays as it ended.
    await worker.giveUp(JSON.stringify({ job: jobId, item: 0, sent: Date.now() }));
    await rig.pump();
    await worker.giveUp(JSON.stringify({ job: jobId, item: 2, sent: Date.now() }));
    const rows = await rowsOf(rig, jobId);
    assert.deepEqual(
      rows.map(({ status, error }) => [status, error?.code]),
      [
        ["failed", "internal_error"],
        ["unknown", "outcome_unknown"],
        ["applied", undefined],
      ],
    );
    const job = await jobOf(rig, jobId);
    assert.deepEqual([job.status, job.counts.failed, job.counts.unknown], ["completed", 1, 1]);
  });

  it("that cannot be begun at all is failed, and says so", async () => {
    await using rig = await rigOf({ step: () => assert.fail("Nothing is to be done.") });
    const { body, location } = await rig.start(items(2));
    const jobId = body.jobId ?? "";
    await rig.worker().giveUp({ job: jobId, sent: Date.now() });
    const token = new URL(location).searchParams.get("token") ?? "";
    const { status, json } = await rig.relay.call("GetJobResult", { input: { jobId, token } });
    assert.deepEqual([status, Object(json).status, Object(json).hasFailures], [200, "failed", true]);
    assert.match(Object(json).errorMessage, /given up/);
    assert.deepEqual(
      Object(json).results.map((row: Record<string, unknown>) => [row.name, row.status, row.errorCode]),
      [
        ["item 0", "failed", "not_begun"],
        ["item 1", "failed", "not_begun"],
      ],
    );
    // Its message comes late: nothing begins any more.
    await rig.pump();
    assert.equal((await jobOf(rig, jobId)).status, "failed");
  });

  it("keeps inputs sealed: no secret stands in a row, a blob or a message, and another credential opens none", async () => {
    const secret = canary("job-input");
    const seen: unknown[] = [];
    await using rig = await rigOf({
      sealed: true,
      async step({ input }) {
        seen.push(input);
        return { kind: "end", status: "applied" };
      },
    });
    const given = { password: secret };
    const { body } = await rig.start([
      { about: { name: "one" }, input: given },
      { about: { name: "two" }, input: given },
    ]);
    const jobId = body.jobId ?? "";
    sweep([{ label: "storage after the start", text: await rig.contents() }]);
    const worker = rig.worker();
    await worker.run({ job: jobId, sent: Date.now() });
    sweep([{ label: "storage while it runs", text: await rig.contents() }]);
    await worker.run({ job: jobId, item: 0, sent: Date.now() });
    assert.deepEqual(seen, [given]);
    // A sealed input opens for its own place only.
    const row = await rig.services.jobs.readItem(jobId, 1);
    assert.ok(row?.input && !row.input.includes(secret));
    const adjust = rig.relay.demo.vault["demo-adjust"];
    assert.ok(adjust);
    await rig.relay.writeSecret("demo-adjust", { ...adjust, value: canary("rotated-adjust") });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await rig.pump();
    const [, second] = await rowsOf(rig, jobId);
    assert.deepEqual([second?.status, second?.error?.code], ["failed", "credential_changed"]);
    sweep([{ label: "storage at the end", text: await rig.contents() }]);
  });

  it("keeps a result that no row can hold", async () => {
    const text = "x".repeat(100_000);
    await using rig = await rigOf({
      step: async () => ({ kind: "end", status: "applied", result: { text } }),
    });
    const { body, location } = await rig.start(items(1));
    await rig.pump();
    const token = new URL(location).searchParams.get("token") ?? "";
    const { json } = await rig.relay.call("GetJobResult", { input: { jobId: body.jobId, token } });
    assert.equal(Object(json).results[0].text, text);
  });

  it("counts every end that there is", () => {
    assert.deepEqual([...itemEnds].sort(), [
      "applied",
      "cancelled",
      "failed",
      "rejected",
      "unchanged",
      "unknown",
    ]);
  });
});
