import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createEventStore } from "../../functions/events/table-store.ts";
import { openStorage } from "../../functions/storage/open-storage.ts";
import { breaking, Killed } from "../jobs/simulation.ts";
import { startTestAzurite } from "../support/azurite.ts";
import {
  backfillRig,
  bundleId,
  day,
  hour,
  idsOf,
  minute,
  neverReleased,
  otherBundleId,
} from "./backfill-support.ts";

describe("what asks Apple for missed notifications", () => {
  it("brings in what was missed, which a subscribed flow then gets, and nothing twice", async () => {
    await using it = await backfillRig();
    await it.subscribe();
    const sent = await it.missed({ count: 3 });
    const [arrived] = sent;
    assert.ok(arrived);
    assert.equal(await it.arrives(arrived), "stored");
    await it.deliver();
    assert.deepEqual(it.delivered(), [arrived.notificationUUID]);
    const report = await it.run();
    assert.deepEqual(
      [report.read, report.new, report.refused, report.failed],
      [3, 2, 0, 0],
      it.log.join("\n"),
    );
    await it.deliver();
    assert.deepEqual(it.delivered(), idsOf(sent));
    assert.equal((await it.run()).new, 0);
    await it.deliver();
    assert.deepEqual(it.delivered(), idsOf(sent));
    assert.equal(it.log.filter((line) => line.includes("BackfillEvents")).length, 0);
  });

  it("gives each the form that it would have had if Apple had sent it", async () => {
    await using it = await backfillRig();
    const at = it.clock.now() - hour;
    const [sent] = await it.missed({ type: "REFUND", at });
    const [twin] = await it.missed({ type: "REFUND", at });
    assert.ok(sent && twin);
    await it.arrives(twin);
    await it.run();
    const [brought, received] = [(await it.stored(sent))?.event, (await it.stored(twin))?.event];
    assert.deepEqual({ ...brought, id: "" }, { ...received, id: "" });
  });

  it("asks for each app in both environments", async () => {
    await using it = await backfillRig();
    const sent = [
      ...(await it.missed()),
      ...(await it.missed({ environment: "sandbox" })),
      ...(await it.missed({ bundleId: otherBundleId, type: "TEST" })),
      ...(await it.missed({ bundleId: otherBundleId, type: "TEST", environment: "sandbox" })),
    ];
    const { looks, new: brought } = await it.run();
    assert.deepEqual([looks, brought], [4, 4]);
    await it.allStored(sent);
  });

  it("looks back a bounded time at first, and from then on from where it was, with windows that overlap", async () => {
    await using it = await backfillRig();
    const [tooOld] = await it.missed({ at: it.clock.now() - 30 * hour });
    const [old] = await it.missed({ at: it.clock.now() - 23 * hour });
    assert.ok(tooOld && old);
    for (const pause of [0, hour, 5 * minute, 9 * day, 0, hour]) {
      it.clock.advance(pause);
      const late = await it.missed({ at: it.clock.now() - Math.min(pause, hour) - 1 });
      await it.run();
      await it.allStored(late);
    }
    assert.equal(await it.stored(tooOld), undefined);
    assert.ok(await it.stored(old));
    const windows = it
      .asked()
      .map(({ startDate, endDate }) => [startDate, endDate] as const)
      .sort(([one], [other]) => one - other);
    const [first] = windows;
    assert.ok(first && first[0] > it.clock.now() - 10 * day - 30 * hour);
    let reached = first[1];
    for (const [start, end] of windows.slice(1)) {
      assert.ok(start <= reached - hour, "Two windows do not overlap.");
      reached = Math.max(reached, end);
    }
    assert.equal(reached, await it.readTo());
  });

  it("finds at the edges of its windows what Apple adds to its history late", async () => {
    await using it = await backfillRig();
    await it.run();
    const at = (await it.readTo()) ?? assert.fail();
    const sent = [
      ...(await it.missed({ at: at - 1 })),
      ...(await it.missed({ at })),
      ...(await it.missed({ at: at - 100 * minute })),
    ];
    it.clock.advance(hour);
    assert.equal((await it.run()).new, 3);
    await it.allStored(sent);
  });

  it("reads many pages, each asked for with the very same body", async () => {
    await using it = await backfillRig();
    const sent = await it.missed({ count: 130 });
    assert.equal((await it.run()).new, 130);
    await it.allStored(sent);
    const pages = it.relay.simulator.requests.filter(({ url }) => url.includes("paginationToken"));
    const bodies = new Set(pages.map(({ body }) => body.toString()));
    assert.deepEqual([pages.length >= 6, bodies.size <= 2], [true, true]);
  });

  it("asks for no more than Apple keeps, however long it was away", async () => {
    await using it = await backfillRig();
    await it.run();
    it.clock.advance(200 * day);
    const sent = await it.missed({ at: it.clock.now() - 20 * day, environment: "sandbox" });
    // Older than events are kept, as they are 90 days here.
    const past = await it.missed({ at: it.clock.now() - 170 * day });
    const before = it.clock.now();
    const report = await it.run();
    assert.deepEqual([report.failed, report.unfinished, report.new], [0, 0, 1], it.log.join("\n"));
    await it.allStored(sent);
    assert.equal(past[0] && (await it.stored(past[0])), undefined);
    for (const environment of ["Production", "Sandbox"] as const)
      assert.ok(((await it.readTo(environment)) ?? 0) >= before);
  });

  it("finds the sandbox of an app that was never released, which production refuses", async () => {
    await using it = await backfillRig();
    await it.serve(neverReleased);
    const sent = await it.missed({ bundleId: neverReleased, environment: "sandbox", type: "TEST" });
    const report = await it.run();
    assert.deepEqual([report.failed, report.new], [1, 1]);
    await it.allStored(sent);
    assert.equal(JSON.parse(it.log.join()).code, "credential_rejected");
  });

  it("asks nobody where it is switched off", async () => {
    await using it = await backfillRig();
    await it.missed();
    const { services } = it.relay;
    const { configuration } = services;
    const events = { ...configuration.events, backfillHours: 0 };
    const report = await it.run({ ...services, configuration: { ...configuration, events } });
    assert.deepEqual([report.looks, it.relay.simulator.requests.length], [0, 0]);
  });
});

describe("a fault of one app", () => {
  it("stops no other, and leaves its mark where it was", async () => {
    await using it = await backfillRig();
    await it.run();
    const before = await it.readTo();
    const sandboxBefore = await it.readTo("Sandbox");
    it.clock.advance(hour);
    const missed = await it.missed({ at: it.clock.now() - 10 });
    const others = await it.missed({ bundleId: otherBundleId, type: "TEST", environment: "sandbox" });
    const status = { service: "appStoreServer", times: Number.POSITIVE_INFINITY } as const;
    for (const [fault, code] of [
      [{ kind: "status", status: 401 }, "credential_rejected"],
      [{ kind: "status", status: 429, retryAfter: { seconds: 3_000 } }, "rate_limited"],
      [{ kind: "status", status: 503 }, "upstream_unavailable"],
      [{ kind: "truncated", contentLength: "right" }, "bad_upstream_response"],
      [{ kind: "redirect", status: 302, location: "http://127.0.0.1:1/" }, "bad_upstream_response"],
    ] as const) {
      it.log.length = 0;
      const remove = it.relay.simulator.faults.add({ ...status, fault });
      const report = await it.run();
      remove();
      assert.equal(report.failed, 2, code);
      assert.equal(it.log.length, 2, it.log.join("\n"));
      for (const line of it.log) assert.equal(JSON.parse(line).code, code);
      assert.equal(await it.readTo(), before);
      await it.allStored(others);
      assert.ok(((await it.readTo("Sandbox")) ?? 0) > (sandboxBefore ?? 0));
      // What the service asked to be left alone for.
      it.clock.advance(hour);
    }
    assert.equal((await it.run()).failed, 0);
    await it.allStored(missed);
  });

  it("that Apple's history has something that is not to be believed keeps nothing else out, and its mark back", async () => {
    await using it = await backfillRig();
    await it.run();
    const before = (await it.readTo()) ?? assert.fail();
    const sent = await it.missed({ at: before + 10, count: 45 });
    const [, bad] = sent;
    assert.ok(bad);
    const whole = bad.signedPayload;
    bad.signedPayload = whole.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    it.clock.advance(20 * hour);
    const later = await it.missed({ at: it.clock.now() - 10 });
    for (let round = 0; round < 2; round += 1) {
      it.log.length = 0;
      const report = await it.run();
      assert.deepEqual([report.failed, report.refused > 0], [0, true]);
      await it.allStored([...sent.filter((one) => one !== bad), ...later]);
      assert.equal(await it.stored(bad), undefined);
      assert.equal(await it.readTo(), before);
      assert.ok(((await it.readTo("Sandbox")) ?? 0) > before);
      const { state, reason, ...facts } = JSON.parse(it.log.join());
      assert.equal(state, "held");
      assert.match(reason, /not to be believed/);
      assert.deepEqual([facts.bundleId, facts.environment], [bundleId, "Production"]);
      it.clock.advance(hour);
    }
    bad.signedPayload = whole;
    assert.equal((await it.run()).new, 1);
    await it.allStored(sent);
    assert.ok(((await it.readTo()) ?? 0) > before);
  });

  it("with one of its credentials is made up for by another one", async () => {
    await using it = await backfillRig();
    const secret = it.relay.demo.vault["demo-in-app-purchase"] ?? assert.fail();
    const { default: _default, ...others } = secret.tags;
    const tags = { ...others, "bundle-ids": bundleId, "app-apple-ids": "1480000002" };
    await it.relay.writeSecret("a-revoked-one", { ...secret, tags: { ...tags, "key-id": "REVOKED001" } });
    await it.relay.writeSecret("demo-in-app-purchase", { ...secret, tags });
    const sent = await it.missed();
    const report = await it.run();
    assert.deepEqual([report.failed, report.new], [0, 1], it.log.join("\n"));
    await it.allStored(sent);
    assert.equal(JSON.parse(it.log[0] ?? "").credential, "a-revoked-one");
  });
});

describe("a run", () => {
  it("that has no time left goes on with the next one, beginning with whom nobody has looked at for longest", async () => {
    await using it = await backfillRig();
    const sent = await it.missed();
    assert.equal((await it.run(undefined, { runMs: 0, lookMs: 0 })).unfinished, 4);
    assert.equal(it.relay.simulator.requests.length, 0);
    const { unfinished } = await it.run();
    assert.equal(unfinished, 0);
    await it.allStored(sent);
  });

  it("that cannot read a window to its end asks for shorter ones until it can", async () => {
    await using it = await backfillRig();
    await it.serve(bundleId);
    const { services } = it.relay;
    // 2,000 notifications of 20 hours, each of which takes a second of the two minutes that a look has.
    const begin = it.clock.now() - 20 * hour;
    const sent = [];
    for (let index = 0; index < 400; index += 1) {
      sent.push(...(await it.missed({ type: "TEST", at: begin + index * 3 * minute })));
    }
    const signedPayloads: typeof services.signedPayloads = {
      ...services.signedPayloads,
      async decode(...given) {
        it.clock.advance(1_000);
        return services.signedPayloads.decode(...given);
      },
    };
    const slow = { ...services, signedPayloads };
    let runs = 0;
    for (let unfinished = 1; unfinished > 0; runs += 1) {
      assert.ok(runs < 60, "It does not come to an end.");
      unfinished = (await it.run(slow, { runMs: 10 * minute, lookMs: 2 * minute })).unfinished;
      const readTo = (await it.readTo()) ?? assert.fail();
      await it.allStored(sent.filter(({ signedDate }) => signedDate < readTo));
    }
    assert.ok(runs > 2, "All was read at once.");
    await it.allStored(sent);
  });

  it("at the same time as another one does no harm", async () => {
    await using it = await backfillRig();
    await it.subscribe();
    const sent = await it.missed({ count: 45 });
    const reports = await Promise.all([it.run(), it.run(), it.run()]);
    assert.deepEqual(
      [reports.reduce((all, { new: brought }) => all + brought, 0), reports.map(({ failed }) => failed)],
      [45, [0, 0, 0]],
    );
    await it.deliver();
    assert.deepEqual(it.delivered(), idsOf(sent));
    assert.equal((await it.run()).unfinished, 0);
  });

  it("that is killed at any moment leaves the rest to the next one, and its mark before what was not read", async () => {
    let points = 0;
    for (const at of ["before", "after"] as const) {
      for (let call = 1; ; call += 17) {
        await using it = await backfillRig();
        await it.serve(bundleId);
        await it.subscribe();
        const sent = await it.missed({ count: 45 });
        const broken = breaking(it.memory, { call, at, forever: true, error: () => new Killed() });
        await it.run(it.over(broken.storage)).catch(() => {});
        if (!broken.counted.broke) break;
        points += 1;
        const readTo = (await it.readTo()) ?? 0;
        await it.allStored(sent.filter(({ signedDate }) => signedDate < readTo));
        it.clock.advance(hour);
        assert.equal((await it.run()).failed, 0);
        await it.allStored(sent);
        await it.deliver();
        assert.deepEqual(it.delivered(), idsOf(sent), `killed ${at} call ${call}`);
      }
    }
    assert.ok(points > 10, `only ${points} points were met`);
  });

  it("keeps its marks in Azure's tables, where two hosts at once do no harm", async () => {
    const azurite = await startTestAzurite();
    try {
      const storage = { kind: "connection-string", connectionString: azurite.connectionString } as const;
      await using it = await backfillRig({ storage });
      const sent = await it.missed({ count: 25 });
      const host = { ...it.relay.services, events: createEventStore(openStorage(storage), it.clock, 90) };
      const reports = await Promise.all([it.run(), it.run(host)]);
      assert.equal(
        reports.reduce((all, { new: brought }) => all + brought, 0),
        25,
      );
      it.clock.advance(hour);
      const before = it.clock.now();
      const { new: brought, failed } = await it.run(host);
      assert.deepEqual([brought, failed], [0, 0], it.log.join("\n"));
      await it.allStored(sent);
      assert.ok(((await it.readTo()) ?? 0) >= before);
    } finally {
      await azurite.stop();
    }
  });
});
