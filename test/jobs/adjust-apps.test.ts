import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { appJob } from "../../functions/adjust/app-job.ts";
import { toItems } from "../../functions/adjust/app-rows.ts";
import { startDeadline } from "../../functions/upstream/deadline.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { canary, sweep } from "../support/canary.ts";
import { hostileText, seed } from "../support/catalogue.ts";
import { startRelay } from "../support/relay.ts";
import { recordingClient } from "../support/upstream-url.ts";
import { type JobRig, launch, type Row, startJobRig } from "./support.ts";

describe("CreateOrUpdateAdjustApps", () => {
  let azurite: Awaited<ReturnType<typeof startTestAzurite>>;
  before(async () => {
    azurite = await startTestAzurite();
  });
  after(() => azurite[Symbol.asyncDispose]());
  const startRig = () => startJobRig({ connectionString: azurite.connectionString });

  async function startJob(rig: JobRig, body: Row) {
    const { status, headers, json } = await rig.relay.call("CreateOrUpdateAdjustApps", { body });
    assert.equal(status, 202, JSON.stringify(json));
    const jobId = String(Object(json).jobId);
    const token = new URL(headers.location ?? "").searchParams.get("token") ?? "";
    assert.ok(Number(headers["retry-after"]) >= 1);
    return { jobId, token };
  }

  /** Works the job off and answers its result, as a flow engine gets it from Location. */
  async function resultOf(rig: JobRig, { jobId, token }: { jobId: string; token: string }) {
    await rig.pump({
      workers: 8,
      until: async () => (await rig.services.jobs.read(jobId))?.status === "completed",
    });
    const { status, json } = await rig.relay.call("GetJobResult", { input: { jobId, token } });
    assert.equal(status, 200);
    return Object(json);
  }

  it("launches forty apps: bad rows and failing jobs stop no other, and every app is sent once", async () => {
    await using rig = await startRig();
    const apps = launch(40);
    Object.assign(apps[3] ?? {}, { storeId: "12345" });
    Object.assign(apps[10] ?? {}, { platform: "windows", colour: "blue" });
    Object.assign(apps[20] ?? {}, { bundleId: "com.example.launch20.fails" });
    Object.assign(apps[22] ?? {}, { bundleId: "com.example.launch22.partly" });
    const job = await startJob(rig, { apps });
    const early = await rig.relay.call("GetJobResult", { input: job });
    assert.deepEqual(
      [early.status, Object(early.json), early.headers["retry-after"]],
      [202, { jobId: job.jobId, status: "queued" }, "5"],
    );
    assert.ok(early.headers.location?.endsWith(`/api/jobs/${job.jobId}/result?token=${job.token}`));

    const result = await resultOf(rig, job);
    assert.deepEqual(
      [result.status, result.total, result.applied, result.rejected, result.failed, result.hasFailures],
      ["completed", 40, 37, 2, 1, true],
    );
    const { results } = result;
    assert.deepEqual(
      results.map(({ index }: Row) => index),
      apps.map((_, index) => index),
    );
    assert.deepEqual(
      [results[3].status, results[3].errorCode, results[3].errorMessage, results[3].name],
      [
        "rejected",
        "invalid_input",
        "storeId: must be the package name on Android, such as com.example.game.",
        "Launch 3",
      ],
    );
    assert.match(results[10].errorMessage, /platform: must be one of ios, android.*colour: is not a field/);
    assert.deepEqual(
      [results[20].status, results[20].errorCode, results[20].settingsStatus],
      ["failed", "settings_job_failed", "failed"],
    );
    assert.match(
      results[20].adjustAppToken,
      /^[a-z0-9]+$/,
      "the token of an app whose settings failed is not lost",
    );
    assert.deepEqual([results[22].status, results[22].settingsStatus], ["applied", "completed"]);
    assert.ok(results[22].settingsFailures.length > 0);
    assert.deepEqual(Object.keys(results[0]).sort(), [
      "adjustAppToken",
      "bundleId",
      "index",
      "name",
      "ok",
      "platform",
      "settingsFailures",
      "settingsStatus",
      "skAppId",
      "status",
      "storeId",
      "ticketToken",
      "warnings",
    ]);
    assert.deepEqual([results[0].platform, results[1].platform], ["ios", "android"]);

    const posts = rig.relay.simulator.requests.filter(({ method }) => method === "POST");
    assert.equal(posts.length, 38);
    assert.equal(new Set(posts.map(({ body }) => JSON.parse(body.toString()).store_id)).size, 38);

    // Reading the tokens back is one step more.
    const appTokens = results.flatMap(({ ok, adjustAppToken }: Row) => (ok ? [adjustAppToken] : []));
    const events = ["purchase", "signup", "level", "tutorial", "invite", "refund"].map((name) => ({ name }));
    const table = await rig.relay.call("CreateOrUpdateAdjustEvents", { body: { appTokens, events } });
    assert.deepEqual(
      [table.status, Object(table.json).value.length, Object(table.json).failureCount],
      [200, 222, 0],
    );
  });

  it("does not wait for settings where it need not, and needs no job for an app that stays as it is", async () => {
    await using rig = await startRig();
    const [first] = launch(1);
    const once = await resultOf(rig, await startJob(rig, { apps: [first], waitForSettings: "false" }));
    assert.deepEqual([once.results[0].status, once.results[0].settingsStatus], ["applied", undefined]);
    assert.ok(once.results[0].ticketToken);
    const again = await resultOf(rig, await startJob(rig, { apps: [first] }));
    assert.deepEqual([again.results[0].status, again.results[0].ticketToken], ["applied", undefined]);
    assert.equal(again.results[0].adjustAppToken, once.results[0].adjustAppToken);
  });

  it("goes through limits and passing faults, and ends what a credential may not do", async () => {
    await using rig = await startRig();
    const { faults } = rig.relay.simulator;
    faults.add({ times: 4, fault: { kind: "status", status: 429, retryAfter: { seconds: 1 } } });
    faults.add({ times: 5, fault: { kind: "status", status: 503 } });
    const result = await resultOf(rig, await startJob(rig, { apps: launch(6), waitForSettings: false }));
    assert.deepEqual([result.applied, result.hasFailures], [6, false]);

    faults.clear();
    faults.add({ times: Number.POSITIVE_INFINITY, fault: { kind: "status", status: 403 } });
    const refused = await resultOf(rig, await startJob(rig, { apps: launch(2) }));
    assert.deepEqual(
      refused.results.map(({ status, errorCode }: Row) => [status, errorCode]),
      [
        ["rejected", "upstream_forbidden"],
        ["rejected", "upstream_forbidden"],
      ],
    );
  });

  it("keeps purchase secrets and passwords out of storage, answers and logs", async () => {
    await using rig = await startRig();
    const [ios] = launch(1);
    const password = canary("ironsource");
    const purchaseSecret = canary("purchase");
    const apps = [
      { ...ios, purchaseSecret, channelSetup: { ironsource: { advertiser_id: "1", password } } },
      { ...ios, storeId: "1699999999", platform: "ios", purchaseSecret, editors: ["not an address"] },
    ];
    const job = await startJob(rig, { apps });
    sweep([{ label: "storage", text: await rig.contents() }]);
    rig.relay.simulator.faults.add({
      fault: { kind: "status", status: 400, body: { detail: `What is ${purchaseSecret} and ${password}?` } },
    });
    const result = await resultOf(rig, job);
    assert.deepEqual(
      result.results.map(({ status }: Row) => status),
      ["rejected", "rejected"],
    );
    const sent = JSON.parse(rig.relay.simulator.requests.at(-1)?.body.toString() ?? "");
    assert.deepEqual(
      [sent.ios_pv_shared_secret, sent.channel_setup.ironsource.password],
      [purchaseSecret, password],
    );
    const items = await rig.relay.call("ListJobItems", { input: { jobId: job.jobId } });
    sweep([
      { label: "the result", text: JSON.stringify(result) },
      { label: "the items", text: items.text },
      { label: "storage", text: await rig.contents() },
      { label: "the log", text: rig.log.join("\n") },
    ]);
  });

  it("sends a forced app once where nobody knows what became of it, and says so", async () => {
    await using rig = await startRig();
    const app = { ...launch(1)[0], forceUpdate: true };
    await resultOf(rig, await startJob(rig, { apps: [app] }));
    rig.relay.simulator.requests.length = 0;
    // Adjust has taken it, and the connection breaks before it says so.
    rig.relay.simulator.faults.add({ fault: { kind: "applied-then-lost" } });
    const result = await resultOf(rig, await startJob(rig, { apps: [app] }));
    const bodies = rig.relay.simulator.requests
      .filter(({ method }) => method === "POST")
      .map(({ body }) => JSON.parse(body.toString()).force_update);
    assert.deepEqual(bodies, [true, undefined]);
    assert.deepEqual([result.results[0].status, result.results[0].errorCode], ["unknown", "outcome_unknown"]);
    assert.ok(result.results[0].adjustAppToken);
  });

  it("tells of a settings job that nobody can ask for, where the answer with its ticket was lost", async () => {
    await using rig = await startRig();
    const app = { ...launch(1)[0], bundleId: "com.example.lost.fails" };
    rig.relay.simulator.faults.add({ fault: { kind: "applied-then-lost" } });
    const { results } = await resultOf(rig, await startJob(rig, { apps: [app] }));
    assert.deepEqual([results[0].status, results[0].settingsStatus], ["applied", "unknown"]);
    assert.ok(results[0].adjustAppToken);
  });

  it("records a refusal of any length, and sends the app once", async () => {
    await using rig = await startRig();
    const errors = Object.fromEntries(
      Array.from({ length: 80 }, (_, number) => [`field_${number}`, `${number} ${"is wrong ".repeat(110)}`]),
    );
    rig.relay.simulator.faults.add({ fault: { kind: "status", status: 400, body: { errors } } });
    const { results } = await resultOf(rig, await startJob(rig, { apps: launch(1) }));
    assert.deepEqual([results[0].status, results[0].errorCode], ["rejected", "rejected"]);
    assert.equal(rig.relay.simulator.requests.length, 1);
  });

  it("keeps a purchase secret out of what a settings job says, whichever process asks for it", async () => {
    await using rig = await startRig();
    const purchaseSecret = canary("purchase-in-detail");
    const [ios] = launch(1);
    const job = await startJob(rig, { apps: [{ ...ios, purchaseSecret }] });
    rig.relay.simulator.faults.add({
      method: "GET",
      path: "/app-automation/status/*",
      fault: {
        kind: "status",
        status: 200,
        body: {
          status: "failed",
          kind: "migration",
          result: { partners: { section: "partners", detail: `It is ${purchaseSecret}.` } },
        },
      },
    });
    await rig.pump({
      worker: rig.worker(),
      workers: 1,
      until: async () => (await rig.services.jobs.readItem(job.jobId, 0))?.status === "waiting",
    });
    // Another process, which sent nothing and knows no secret of the row yet.
    await using other = await startJobRig({
      connectionString: azurite.connectionString,
      demo: rig.relay.demo,
      origins: rig.relay.services.configuration.origins,
      keepMessages: true,
    });
    const result = await resultOf(other, job);
    assert.deepEqual(
      [result.results[0].status, result.results[0].errorCode],
      ["failed", "settings_job_failed"],
    );
    assert.match(result.results[0].errorMessage, /It is \[redacted\]/);
    sweep([
      { label: "the result", text: JSON.stringify(result) },
      { label: "storage", text: await rig.contents() },
    ]);
  });

  it("refuses what is no list of rows, before anything is stored", async () => {
    await using rig = await startRig();
    for (const [body, field] of [
      [{}, "apps"],
      [{ apps: [] }, "apps"],
      [{ apps: "x" }, "apps"],
      [{ apps: Array.from({ length: 1_001 }, () => ({})) }, "apps"],
      [{ apps: [{}], waitForSettings: "maybe" }, "waitForSettings"],
      [{ apps: [{}], colour: "blue" }, "colour"],
    ] as const) {
      const { status, error } = await rig.relay.call("CreateOrUpdateAdjustApps", { body });
      assert.deepEqual([status, error?.details?.map((detail) => detail.field)], [400, [field]]);
    }
    assert.deepEqual(await rig.take(), []);
    assert.equal(rig.relay.simulator.requests.length, 0);
  });
});

describe("rows of apps", () => {
  it("that are no objects, or are there twice, are rejected by themselves", () => {
    const [one, two] = launch(2);
    const items = toItems([one, null, "x", [], 3, two, { ...one, name: "Again" }], true);
    assert.deepEqual(
      items.map((item) => ("error" in item ? item.error.message : "good")),
      [
        "good",
        "row: must be an object with named fields.",
        "row: must be an object with named fields.",
        "row: must be an object with named fields.",
        "row: must be an object with named fields.",
        "good",
        "storeId: is that of row 0 too: send each app once.",
      ],
    );
  });

  it("tell every problem at once, those that no schema says too", () => {
    const row = { platform: "ios", storeId: "abc", bundleId: "com.a_b", editors: ["x"], purchaseSecret: "1" };
    const fields = (changes: object) =>
      toItems([{ ...row, ...changes }], true).map((item) =>
        "error" in item ? (item.error.details ?? []).map(({ field }) => field).sort() : [],
      );
    const all = ["bundleId", "editors[0]", "name", "purchaseSecret", "storeId"];
    assert.deepEqual(fields({}), [all]);
    assert.deepEqual(fields({ platform: "x" }), [["editors[0]", "name", "platform", "purchaseSecret"]]);
  });

  it("lead their calls to the same place, whatever stands in them", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const { client, attempts } = recordingClient();
    await using relay = await startRelay({ client });
    const origin = relay.services.configuration.origins.adjust;
    const text = hostileText({ name: "x", place: "body", required: true, rules: {}, wrap: (same) => same });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom(
            "name",
            "bundleId",
            "storeId",
            "platform",
            "templateAppToken",
            "sections",
            "editors",
          ),
          fc.oneof(text, fc.array(text, { maxLength: 2 })),
        ),
        fc.boolean(),
        text,
        async (hostile, keep, ticketToken) => {
          attempts.length = 0;
          const good = { ...launch(1)[0], keepChannelSetup: keep };
          const [item] = toItems([{ ...good, ...hostile }], true);
          const sane = { app: { ...launch(1)[0], platform: "ios" }, waitForSettings: true };
          const deadline = startDeadline(relay.services.runtime, 10_000);
          const scope = {
            ...relay.services,
            operationId: "CreateOrUpdateAdjustApps",
            credentialName: undefined,
            correlationId: "c",
            deadline,
          };
          if (item && "input" in item) {
            await appJob
              .step({ input: item.input, memo: undefined, repeated: false }, scope)
              .catch(() => undefined);
          }
          // A ticket is Adjust's to name, and is no address either.
          const memo = { sent: { warnings: [] }, ticketToken, since: 0, looks: 0 };
          await appJob.step({ input: sane, memo, repeated: false }, scope).catch(() => undefined);
          deadline.clear();
          for (const { url } of attempts) {
            sent += 1;
            const parsed = new URL(url);
            assert.equal(parsed.href, url);
            assert.equal(parsed.origin, origin);
            const status = `/app-automation/status/${encodeURIComponent(ticketToken.toWellFormed())}`;
            assert.ok(["/app-automation/app", status].includes(parsed.pathname), url);
          }
        },
      ),
      { seed, numRuns: 2_000 },
    );
    assert.ok(sent > 1_000, `only ${sent} calls were made`);
  });
});
