import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createJobStore, queueName } from "../../functions/jobs/table-store.ts";
import { createWorker } from "../../functions/jobs/worker.ts";
import type { Services } from "../../functions/scope.ts";
import { breaking, Killed } from "../jobs/simulation.ts";
import { startJobRig } from "../jobs/support.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { backfillRig, bundleId, day, hour, idsOf, minute } from "./backfill-support.ts";

type Rig = Awaited<ReturnType<typeof backfillRig>>;

const iso = (at: number) => new Date(at).toISOString();

async function start({ relay, clock }: Rig, input: Record<string, unknown> = {}) {
  const answer = await relay.call("BackfillNotifications", {
    input: { bundleId, environment: "Production", startDate: iso(clock.now() - 3 * day), ...input },
  });
  const location = new URL(answer.headers.location ?? "http://none.test/");
  return { ...answer, jobId: location.pathname.split("/").at(-2), token: location.searchParams.get("token") };
}

/** Gives the next message of a job to a worker. @returns false when there is none. */
async function next({ memory, clock, relay }: Rig, services: Services = relay.services): Promise<boolean> {
  const at = memory.nextVisible(queueName);
  if (at === undefined) return false;
  clock.advance(Math.max(0, at - clock.now()));
  const [message] = memory.receive(queueName, 20_000);
  if (!message) return true;
  await createWorker({ services, log: () => {} }).run(message.text, message.dequeueCount);
  message.done();
  return true;
}

async function workOff(rig: Rig): Promise<void> {
  for (let count = 0; await next(rig); count += 1) assert.ok(count < 5_000, "It does not come to an end.");
}

async function resultOf(
  { relay }: Rig,
  { jobId, token }: Pick<Awaited<ReturnType<typeof start>>, "jobId" | "token">,
) {
  const answer = await relay.call("GetJobResult", { input: { jobId, token } });
  assert.equal(answer.status, 200, answer.text);
  return Object(answer.json);
}

const countsOf = (of: Record<string, unknown>) => [
  of.notificationsRead,
  of.notificationsNew,
  of.notificationsKnown,
  of.notificationsPast,
  of.notificationsRefused,
];

describe("BackfillNotifications", () => {
  it("brings in what was missed, a day at a time, and tells subscribed flows of what is new", async () => {
    await using rig = await backfillRig();
    await rig.subscribe();
    const now = rig.clock.now();
    const sent = [
      ...(await rig.missed({ at: now - 3 * day + minute, count: 3 })),
      ...(await rig.missed({ at: now - hour, count: 2 })),
    ];
    const [outside] = await rig.missed({ at: now - 4 * day });
    const [, , , arrived] = sent;
    assert.ok(outside && arrived);
    await rig.arrives(arrived);
    const started = await start(rig);
    assert.deepEqual([started.status, Object(started.json).status], [202, "queued"]);
    await workOff(rig);
    const result = await resultOf(rig, started);
    assert.deepEqual(
      [result.status, result.environment, result.bundleId, result.applied, result.unchanged],
      ["completed", "Production", bundleId, 2, 1 + result.total - 3],
    );
    assert.deepEqual(countsOf(result), [5, 4, 1, 0, 0]);
    assert.deepEqual(countsOf(result.results[0]), [3, 3, 0, 0, 0]);
    await rig.allStored(sent);
    assert.equal(await rig.stored(outside), undefined);
    await rig.deliver();
    assert.deepEqual(rig.delivered(), idsOf(sent));
  });

  it("does nothing twice when it is sent again", async () => {
    await using rig = await backfillRig();
    await rig.missed({ count: 25 });
    const first = await start(rig);
    await workOff(rig);
    assert.deepEqual(countsOf(await resultOf(rig, first)), [25, 25, 0, 0, 0]);
    const again = await start(rig);
    await workOff(rig);
    const result = await resultOf(rig, again);
    assert.deepEqual([countsOf(result), result.applied], [[25, 0, 25, 0, 0], 0]);
  });

  it("reads days whose edges overlap by a moment, and every page of them with the very same body", async () => {
    await using rig = await backfillRig();
    const begin = rig.clock.now() - 2 * day;
    const sent = [
      ...(await rig.missed({ at: begin })),
      ...(await rig.missed({ at: begin + day })),
      ...(await rig.missed({ at: begin + day + 1, count: 45 })),
    ];
    const started = await start(rig, { startDate: iso(begin), endDate: iso(begin + 2 * day) });
    await workOff(rig);
    await rig.allStored(sent);
    const bodies = rig.asked().map(({ startDate, endDate }) => `${startDate - begin} ${endDate - begin}`);
    assert.deepEqual([...new Set(bodies)].sort(), [`${day} ${2 * day}`, `0 ${day + 1}`].sort());
    assert.equal(bodies.length, 4);
    const result = await resultOf(rig, started);
    // The one at the edge was read with both of them.
    assert.deepEqual(countsOf(result), [48, 47, 1, 0, 0]);
  });

  it("says what was refused and why, and brings in the others", async () => {
    await using rig = await backfillRig();
    const sent = await rig.missed({ count: 25 });
    const [bad] = sent;
    assert.ok(bad);
    bad.signedPayload = bad.signedPayload.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    const started = await start(rig, { startDate: iso(rig.clock.now() - 2 * hour) });
    await workOff(rig);
    const result = await resultOf(rig, started);
    assert.deepEqual([result.status, result.hasFailures, result.failed], ["completed", true, 1]);
    assert.deepEqual(countsOf(result), [25, 24, 0, 0, 1]);
    const [row] = result.results;
    assert.equal(row.errorCode, "notifications_refused");
    assert.match(
      row.errorMessage,
      /^1 notification was not brought in; the others were\. .*not to be believed/,
    );
    await rig.allStored(sent.slice(1));
  });

  it("counts what is older than events are kept, and stores none of it", async () => {
    await using rig = await backfillRig();
    await rig.missed({ at: rig.clock.now() - 100 * day + hour, count: 2 });
    const started = await start(rig, {
      startDate: iso(rig.clock.now() - 101 * day),
      endDate: iso(rig.clock.now() - 99 * day),
    });
    await workOff(rig);
    const result = await resultOf(rig, started);
    assert.deepEqual([countsOf(result), result.unchanged], [[2, 0, 0, 2, 0], 2]);
  });

  it("goes on with what Apple has kept where the beginning is gone by the time it is read", async () => {
    await using rig = await backfillRig();
    const at = rig.clock.now() - 30 * day;
    const [gone] = await rig.missed({ environment: "sandbox", at: at + minute });
    const [there] = await rig.missed({ environment: "sandbox", at: at + 20 * hour });
    const times = { startDate: iso(at), endDate: iso(at + 2 * day) };
    const started = await start(rig, { environment: "Sandbox", ...times });
    rig.clock.advance(hour);
    await workOff(rig);
    assert.deepEqual(countsOf(await resultOf(rig, started)), [1, 1, 0, 0, 0]);
    assert.ok(gone && there && (await rig.stored(there)));
    const late = await start(rig, { environment: "Sandbox", startDate: iso(rig.clock.now() - 30 * day) });
    rig.clock.advance(31 * day);
    await workOff(rig);
    const result = await resultOf(rig, late);
    assert.deepEqual([countsOf(result), result.hasFailures], [[0, 0, 0, 0, 0], false]);
  });

  it("begins a day anew where Apple has forgotten its place in it, and still counts what was new once", async () => {
    await using rig = await backfillRig();
    const sent = await rig.missed({ count: 50 });
    const started = await start(rig, { startDate: iso(rig.clock.now() - 2 * hour) });
    while (rig.asked().length < 1) await next(rig);
    rig.clock.advance(2 * hour);
    await workOff(rig);
    await rig.allStored(sent);
    assert.deepEqual(countsOf(await resultOf(rig, started)), [50, 50, 0, 0, 0]);
    assert.ok(rig.asked().length > 4);
  });

  it("ends a day that Apple refuses, with Apple's reason and what was brought in until then", async () => {
    await using rig = await backfillRig();
    await rig.missed({ count: 25 });
    const started = await start(rig, { startDate: iso(rig.clock.now() - 2 * hour) });
    rig.relay.simulator.faults.add({
      service: "appStoreServer",
      skip: 1,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "status", status: 401 },
    });
    await workOff(rig);
    const result = await resultOf(rig, started);
    assert.deepEqual([result.failed, countsOf(result)], [1, [20, 20, 0, 0, 0]]);
    assert.equal(result.results[0].errorCode, "credential_rejected");
  });

  it("names the field that is wrong, before anybody is asked", async () => {
    await using rig = await backfillRig();
    const now = rig.clock.now();
    for (const [input, field, message] of [
      [{ startDate: iso(now - hour), endDate: iso(now - 2 * hour) }, "startDate", /before the end/],
      [{ startDate: iso(now - hour), endDate: iso(now - hour) }, "startDate", /before the end/],
      [{ startDate: iso(now + hour) }, "startDate", /before the end/],
      [{ endDate: iso(now + hour) }, "endDate", /not be in the future/],
      [{ startDate: iso(now - 181 * day) }, "startDate", /last 180 days/],
      [{ startDate: iso(now - 31 * day), environment: "Sandbox" }, "startDate", /last 30 days/],
      [{ startDate: iso(now), endDate: iso(now - 200 * day) }, "endDate", /last 180 days/],
      [{ startDate: "yesterday" }, "startDate", /./],
      [{ environment: "Auto" }, "environment", /./],
      [{ environment: undefined }, "environment", /./],
      [{ bundleId: undefined }, "bundleId", /./],
    ] as const) {
      const { status, error } = await start(rig, input);
      const [detail, ...others] = error?.details ?? [];
      assert.deepEqual([status, detail?.field, others], [400, field, []], JSON.stringify(input));
      assert.match(detail?.message ?? "", message);
    }
    assert.equal(rig.relay.simulator.requests.length, 0);
    // A flow that says "now" or "180 days ago" is off by a moment.
    assert.equal((await start(rig, { endDate: iso(rig.clock.now() + minute) })).status, 202);
    assert.equal((await start(rig, { startDate: iso(rig.clock.now() - 180 * day - minute) })).status, 202);
  });
});

describe("a backfill whose worker is killed", () => {
  it("at any call of storage goes on where it was, and brings everything in once", async () => {
    let points = 0;
    for (const at of ["before", "after"] as const) {
      for (let call = 1; ; call += 13) {
        await using rig = await backfillRig();
        await rig.subscribe();
        const sent = await rig.missed({ count: 45 });
        const started = await start(rig, { startDate: iso(rig.clock.now() - 2 * hour) });
        const broken = breaking(rig.memory, { call, at, forever: true, error: () => new Killed() });
        const jobs = createJobStore(broken.storage, rig.clock);
        const services = { ...rig.over(broken.storage), jobs };
        // What a killed process throws is settled by nobody: nothing that it writes comes to be.
        for (let count = 0; !broken.counted.broke && count < 1_000; count += 1) {
          if (!(await next(rig, services).catch(() => true))) break;
        }
        if (!broken.counted.broke) break;
        points += 1;
        await workOff(rig);
        const result = await resultOf(rig, started);
        const label = `killed ${at} call ${call}`;
        assert.deepEqual([result.status, result.failed, result.unknown], ["completed", 0, 0], label);
        assert.deepEqual([result.notificationsRead, result.notificationsRefused], [45, 0], label);
        assert.equal(result.notificationsNew + result.notificationsKnown, 45, label);
        await rig.allStored(sent);
        await rig.deliver();
        assert.deepEqual(rig.delivered(), idsOf(sent), label);
      }
    }
    assert.ok(points > 10, `only ${points} points were met`);
  });
});

describe("a backfill over Azure's own protocol", () => {
  it("ends with everything brought in, also with several workers", async () => {
    const azurite = await startTestAzurite();
    try {
      await using rig = await startJobRig({ connectionString: azurite.connectionString });
      const { relay } = rig;
      const at = Date.now() - 3 * day + hour;
      for (let days = 0; days < 3; days += 1) {
        const wish = { environment: "production", bundleId, type: "TEST", lost: true, count: 25 } as const;
        await relay.simulator.notifications.send({ ...wish, at: at + days * day });
      }
      const input = { bundleId, environment: "Production", startDate: iso(at - minute) };
      const { headers } = await relay.call("BackfillNotifications", { input });
      const { pathname, searchParams } = new URL(headers.location ?? "");
      const jobId = pathname.split("/").at(-2) ?? "";
      await rig.pump({ until: async () => (await rig.services.jobs.read(jobId))?.status === "completed" });
      const answer = await relay.call("GetJobResult", { input: { jobId, token: searchParams.get("token") } });
      assert.deepEqual(countsOf(Object(answer.json)), [75, 75, 0, 0, 0], answer.text);
    } finally {
      await azurite.stop();
    }
  });
});
