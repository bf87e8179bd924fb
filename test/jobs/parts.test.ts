import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { jobIdPattern, newJobId } from "../../functions/jobs/id.ts";
import type { Job } from "../../functions/jobs/job.ts";
import { readMessage, writeMessage } from "../../functions/jobs/message.ts";
import { hourlyBudget } from "../../functions/jobs/pace.ts";
import { pollSeconds, summarize } from "../../functions/jobs/progress.ts";
import { sweepJobs } from "../../functions/jobs/sweep.ts";
import { timePart } from "../../functions/storage/newest-first.ts";
import { seal, unseal } from "../../functions/storage/seal.ts";
import { isToken, newToken, tokenPattern } from "../../functions/storage/token.ts";
import { countingUpstream, simulate } from "./simulation.ts";

const day = 86_400_000;

describe("IDs of jobs", () => {
  it("have one form, never repeat, and put the newest job first", () => {
    const ids = Array.from({ length: 1_000 }, (_, at) => newJobId(Date.UTC(2026, 0, 1) + at * 3_600_000));
    assert.equal(new Set(ids).size, 1_000);
    for (const id of ids) assert.match(id, new RegExp(jobIdPattern));
    assert.deepEqual([...ids].sort(), [...ids].reverse());
    const at = Date.UTC(2026, 0, 1) + 500 * 3_600_000;
    assert.deepEqual(
      ids.filter((id) => id > timePart(at - 1)),
      ids.slice(0, 500),
      "those before a time come after its part",
    );
    for (const time of [0, Date.UTC(3000, 0, 1)]) assert.match(newJobId(time), new RegExp(jobIdPattern));
  });

  it("are opened by their own token only", () => {
    const { token, hash } = newToken();
    assert.match(token, new RegExp(tokenPattern));
    assert.ok(isToken(token, hash));
    for (const other of [newToken().token, "", token.slice(1), `${token}x`, hash])
      assert.ok(!isToken(other, hash));
    assert.ok(!isToken(token, ""));
  });
});

describe("sealed inputs", () => {
  it("open with their key, at their place, unchanged, and not otherwise", () => {
    const key = randomBytes(32);
    const sealed = seal(key, "job 1", "a secret ü");
    assert.equal(unseal(key, "job 1", sealed), "a secret ü");
    assert.notEqual(seal(key, "job 1", "a secret ü"), sealed, "the same text looks the same twice");
    assert.equal(unseal(key, "job 2", sealed), undefined);
    assert.equal(unseal(randomBytes(32), "job 1", sealed), undefined);
    for (const broken of [
      "",
      "AAAA",
      sealed.slice(4),
      sealed.replace(/^./, (first) => (first === "A" ? "B" : "A")),
    ]) {
      assert.equal(unseal(key, "job 1", broken), undefined);
    }
  });
});

describe("messages", () => {
  it("come back as they were written, as text or parsed by the host", () => {
    const message = { job: newJobId(Date.now()), item: 3, sent: 5 };
    assert.deepEqual(readMessage(writeMessage(message)), message);
    assert.deepEqual(readMessage(JSON.parse(writeMessage(message))), message);
    const { item: _, ...start } = message;
    assert.deepEqual(readMessage(writeMessage(start)), start);
    const cancel = { ...start, cancel: true as const };
    assert.deepEqual(readMessage(writeMessage(cancel)), cancel);
  });
});

describe("progress", () => {
  const start = Date.UTC(2026, 0, 31, 12);
  const job: Job = {
    id: newJobId(start),
    operation: "TestWork",
    credential: "main",
    correlationId: "c",
    status: "running",
    createdAt: new Date(start).toISOString(),
    startedAt: new Date(start).toISOString(),
    endedAt: undefined,
    cancelRequestedAt: undefined,
    total: 40,
    fannedOut: 40,
    counts: { applied: 8, unchanged: 1, rejected: 1, failed: 0, unknown: 0, cancelled: 0 },
    tokenHash: "secret-hash",
    error: undefined,
  };

  it("says counts, rate and expected end, and nothing of the token", () => {
    const now = start + 2 * 60_000;
    const summary = summarize(job, now);
    assert.deepEqual(
      [summary.percent, summary.pending, summary.itemsPerMinute, summary.hasFailures],
      [25, 30, 5, true],
    );
    assert.equal(summary.expectedEnd, new Date(now + 6 * 60_000).toISOString());
    assert.ok(!JSON.stringify(summary).includes("secret-hash"));
    assert.equal(pollSeconds(summary, now), 36);
  });

  it("promises no end that the hourly budget cannot keep", async () => {
    const total = 3_000;
    const counts = { ...job.counts, applied: 900, unchanged: 0, rejected: 0 };
    const long = { ...job, total, fannedOut: total, counts };
    const now = start + 10 * 60_000;
    const end = (budget?: { calls: number; perHour: number }, other: Partial<Job> = {}) =>
      (Date.parse(summarize({ ...long, ...other }, now, budget).expectedEnd ?? "") - start) / 3_600_000;
    // A burst of 90 a minute, which ends when the hour's budget is used up.
    assert.ok(end() < 0.6);
    // 9,000 calls at 2,975 an hour: three are full, the fourth begins after three hours.
    assert.equal(end({ calls: 3, perHour: 2_975 }), 3);
    assert.equal(end({ calls: 1, perHour: 3_000 }), end(), "it fits into the first hour");
    assert.equal(end({ calls: 3, perHour: 2_975 }, { cancelRequestedAt: job.createdAt }), end());
    const slow = { startedAt: new Date(now - 20 * 3_600_000).toISOString() };
    assert.equal(end({ calls: 3, perHour: 2_975 }, slow), end(undefined, slow));
    const kind = { ...countingUpstream().kind, pace: { origin: "app-store-connect" as const, calls: 3 } };
    const services = simulate(kind).services();
    assert.deepEqual(await hourlyBudget(services, job), { calls: 3, perHour: 2_975 });
    assert.equal(await hourlyBudget(services, { operation: "Other" }), undefined);
  });

  it("says no more than is known", () => {
    const none = { applied: 0, unchanged: 0, rejected: 0, failed: 0, unknown: 0, cancelled: 0 };
    const queued = summarize({ ...job, status: "queued", startedAt: undefined, counts: none }, start);
    assert.deepEqual([queued.percent, queued.itemsPerMinute, queued.expectedEnd], [0, undefined, undefined]);
    assert.equal(pollSeconds(queued, start), 5);
    const cancelling = summarize({ ...job, cancelRequestedAt: job.createdAt }, start);
    assert.equal(cancelling.status, "cancelling");
    const over = summarize(
      { ...job, status: "completed", endedAt: new Date(start + 60_000).toISOString() },
      start + day,
    );
    assert.deepEqual([over.itemsPerMinute, over.expectedEnd], [10, undefined]);
  });
});

describe("jobs whose time is up", () => {
  it("are deleted whole 30 days after their end, the others stay", async () => {
    const { kind } = countingUpstream();
    const simulation = simulate(kind);
    const { jobs } = simulation.services();
    const old = await simulation.start(3);
    while (await simulation.next(simulation.services()));
    simulation.runtime.advance(20 * day);
    const late = await simulation.start(2);
    // It stays queued for weeks: what has not ended is kept.
    simulation.runtime.advance(9.9 * day);
    assert.deepEqual(await sweepJobs(jobs, simulation.runtime), { removed: 0, failed: 0 });
    simulation.runtime.advance(0.2 * day);
    assert.deepEqual(await sweepJobs(jobs, simulation.runtime), { removed: 1, failed: 0 });
    assert.equal(await jobs.read(old), undefined);
    assert.deepEqual((await jobs.items(old, { limit: 10 })).value, []);
    assert.deepEqual(
      (await jobs.list(undefined, 10)).value.map(({ id }) => id),
      [late],
    );
    simulation.runtime.advance(40 * day);
    assert.deepEqual(await sweepJobs(jobs, simulation.runtime), { removed: 0, failed: 0 });
    while (await simulation.next(simulation.services()));
    simulation.runtime.advance(29 * day);
    assert.equal(
      (await sweepJobs(jobs, simulation.runtime)).removed,
      0,
      "30 days begin at the end, not at the start",
    );
    simulation.runtime.advance(2 * day);
    assert.deepEqual(await sweepJobs(jobs, simulation.runtime), { removed: 1, failed: 0 });
    assert.deepEqual((await jobs.startedBefore(simulation.runtime.now(), undefined, 10)).value, []);
  });
});
