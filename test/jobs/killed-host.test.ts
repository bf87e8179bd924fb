import assert from "node:assert/strict";
import { it } from "node:test";
import type { JobItem } from "../../functions/jobs/job.ts";
import { canary } from "../support/canary.ts";
import { startHostRig, until } from "./host-rig.ts";
import { launch, type Row } from "./support.ts";

/** What is at work in a host that is killed now, and may be sent once more by the next one. */
const beingSent = (items: readonly JobItem[]) =>
  items.flatMap(({ status, memo, about }) => (status === "sending" && !memo ? [String(about.storeId)] : []));

it("a launch of forty apps whose host is killed twice ends whole: every app once, counts add up", async (t) => {
  await using rig = await startHostRig();
  const { simulator } = rig.relay;
  const [purchaseSecret, password] = [canary("purchase"), canary("ironsource")];
  const apps = launch(40);
  Object.assign(apps[3] ?? {}, { storeId: "12345" });
  Object.assign(apps[10] ?? {}, { platform: "windows" });
  Object.assign(apps[4] ?? {}, { purchaseSecret });
  Object.assign(apps[5] ?? {}, { channelSetup: { ironsource: { advertiser_id: "1", password } } });
  // Last in line, so that the first kill does not meet them: Adjust queues no second job for an app sent again.
  Object.assign(apps[38] ?? {}, { bundleId: "com.example.launch38.fails" });
  Object.assign(apps[39] ?? {}, { bundleId: "com.example.launch39.partly" });
  const good = apps.filter((_, index) => index !== 3 && index !== 10);
  const known = simulator.world.adjust.apps.length;

  // The first kill: some apps are there, others are on their way, the rest waits.
  rig.slowDown(3_000, 8);
  const first = await rig.start();
  const job = await rig.launch(apps);
  const begun = Date.now();
  const answered = () => rig.posts().size - rig.unanswered();
  await until("some are there, others on their way", () => answered() >= 8 && rig.unanswered() >= 4);
  assert.equal(await first.end("SIGKILL"), null);
  simulator.faults.clear();
  await rig.sweep();
  const atFirst = await rig.items(job.jobId);
  const twice = beingSent(atFirst);
  assert.ok(twice.length >= 4, "none was on its way");
  assert.ok(rig.posts().size < good.length, "none was left to be sent");
  // What was on its way arrives all the same, with nobody there to hear of it.
  await until("Adjust has made what was on its way", () => rig.unanswered() === 0);

  // The second kill: while the settings jobs of those that are there are looked at.
  simulator.faults.add({
    service: "adjust",
    method: "GET",
    path: "/app-automation/status/*",
    times: 4,
    fault: { kind: "delay", ms: 3_000 },
  });
  const second = await rig.start();
  const looks = () =>
    simulator.requests.filter(({ url, status }) => url.includes("/status/") && status === undefined);
  await until("a settings job is being looked at", async () => {
    const rows = await rig.items(job.jobId);
    return looks().length > 0 && [38, 39].every((index) => rows[index]?.memo !== undefined);
  });
  assert.equal(await second.end("SIGKILL"), null);
  twice.push(...beingSent(await rig.items(job.jobId)));
  assert.equal(await rig.status(job.jobId), "running");
  await rig.sweep();

  const third = await rig.start();
  const result = Object(await job.result);
  const seconds = Math.round((Date.now() - begun) / 1_000);
  t.diagnostic(`${seconds} s; ${twice.length} apps were on their way when the host was killed`);

  assert.deepEqual(
    [result.status, result.total, result.applied, result.rejected, result.failed, result.unknown],
    ["completed", 40, 37, 2, 1, 0],
  );
  assert.equal(result.pending + result.unchanged + result.cancelled, 0);
  const rows: Row[] = result.results;
  assert.deepEqual(
    rows.map(({ index, name }) => [index, name]),
    apps.map(({ name }, index) => [index, name]),
  );
  assert.deepEqual([rows[38]?.status, rows[38]?.errorCode], ["failed", "settings_job_failed"]);
  assert.deepEqual([rows[3]?.status, rows[10]?.status], ["rejected", "rejected"]);
  assert.deepEqual([rows[39]?.status, rows[39]?.settingsStatus], ["applied", "completed"]);

  // Whose settings job nobody could follow is told, and is one of those that were killed.
  const unfollowed = rows.filter(({ settingsStatus }) => settingsStatus === "unknown");
  assert.ok(unfollowed.length > 0);
  for (const { storeId, ticketToken } of unfollowed) {
    assert.ok(ticketToken === undefined && twice.includes(String(storeId)), String(storeId));
  }
  for (const { ok, settingsStatus, name } of rows)
    assert.ok(!ok || settingsStatus !== undefined, String(name));

  // Every app is at Adjust once, and its token is in its row.
  const made = simulator.world.adjust.apps.slice(known);
  assert.equal(made.length, good.length);
  for (const { storeId, platform } of good) {
    const same = made.filter(
      (app) => app.storeId === storeId && app.platform === String(platform).toLowerCase(),
    );
    assert.equal(same.length, 1, String(storeId));
    assert.equal(rows.find((row) => row.storeId === storeId)?.adjustAppToken, same[0]?.token);
  }
  for (const [storeId, count] of rig.posts()) {
    const kills = twice.filter((other) => other === storeId).length;
    assert.ok(count >= 1 && count <= 1 + kills, `${storeId} was sent ${count} times, killed ${kills} times`);
  }
  const sent = simulator.requests.filter(
    ({ url, method }) => method === "POST" && url === "/app-automation/app",
  );
  assert.ok(sent.some(({ body }) => body.toString().includes(purchaseSecret)));
  assert.ok(sent.some(({ body }) => body.toString().includes(password)));

  // The flow goes on with the tokens.
  const names = ["purchase", "signup", "level", "tutorial", "invite", "refund"];
  const appTokens = rows.flatMap(({ adjustAppToken }) => (adjustAppToken ? [adjustAppToken] : []));
  const response = await third.fetch("/adjust/events", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ appTokens, events: names.map((name) => ({ name })) }),
  });
  const table = Object(await response.json());
  assert.deepEqual([response.status, table.value.length, table.failureCount], [200, 38 * 6, 0]);
  assert.ok(table.value.every(({ eventToken }: Row) => typeof eventToken === "string" && eventToken !== ""));
  assert.equal(new Set(table.value.map(({ eventToken }: Row) => eventToken)).size, 38 * 6);

  assert.equal(await rig.queue("poison").exists(), false, "Nothing was given up.");
  const met = new Set(job.polls.map(({ status }) => status));
  assert.deepEqual([...met].sort(), [200, 202, "gone"]);
  await rig.sweep();
  assert.equal(await third.end("SIGTERM"), 0);
});
