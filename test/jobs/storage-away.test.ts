import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "../../functions/jobs/job.ts";
import { type Door, startDoor } from "../support/door.ts";
import { startHostRig, until } from "./host-rig.ts";
import { launch } from "./support.ts";

it("a job whose storage goes away says so while it is away, and ends whole when it is back", async (t) => {
  const doors: Door[] = [];
  t.after(() => Promise.all(doors.map((door) => door[Symbol.asyncDispose]())));
  // Signatures cover neither host nor port, so each of the three services can stand behind a door.
  await using rig = await startHostRig(async (connectionString) => {
    let through = connectionString;
    for (const [, port] of connectionString.matchAll(/Endpoint=http:\/\/127\.0\.0\.1:(\d+)/g)) {
      const door = await startDoor(Number(port));
      doors.push(door);
      through = through.replace(`:${port}/`, `:${door.port}/`);
    }
    return through;
  });
  assert.equal(doors.length, 3);
  rig.slowDown(1_000, 8);
  const host = await rig.start();
  const begun = Date.now();
  const job = await rig.launch(launch(40));
  await until("some apps are on their way", () => rig.unanswered() >= 4);

  // It blinks: writes are done, their answers are lost, and what the SDK sends again is answered as too late.
  for (let blink = 0; blink < 8; blink += 1) {
    for (const door of doors) door.swallow();
    await sleep(100);
    for (const door of doors) door.open();
    await sleep(200);
  }
  // It does what it is asked, and no answer comes for longer than anybody tries. Then it is gone.
  for (const door of doors) door.swallow();
  await sleep(2_500);
  for (const door of doors) door.close();
  await until("a poll says so", () => job.polls.filter(({ status }) => status === 503).length >= 2);
  const elsewhere = await host.fetch("/credentials");
  assert.equal(elsewhere.status, 200, "What needs no storage works.");
  const apart = launch(41).slice(40);
  const refused = await host.fetch("/adjust/apps/bulk", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ apps: apart }),
  });
  const { error } = Object(await refused.json());
  assert.deepEqual([refused.status, error?.code, error?.outcome], [503, "storage_unavailable", "none"]);
  await until("nothing is on its way", () => rig.unanswered() === 0);
  await sleep(2_000);
  const items = await rig.items(job.jobId);
  const sending = items.filter(({ status }) => status === "sending").map(({ about }) => about.storeId);
  const left = items.filter((item) => !hasEnded(item)).length;
  assert.ok(left > 8, "Little was left to do.");
  for (const door of doors) door.open();

  const result = Object(await job.result);
  const seconds = Math.round((Date.now() - begun) / 1_000);
  t.diagnostic(
    `${seconds} s; ${left} apps were not done when storage was away, ${sending.length} of them claimed`,
  );
  assert.deepEqual([result.status, result.total, result.applied], ["completed", 40, 40]);
  assert.equal(rig.posts().size, 40);
  for (const [storeId, count] of rig.posts()) {
    assert.ok(count <= (sending.includes(storeId) ? 2 : 1), `${storeId} was sent ${count} times`);
  }
  assert.equal(await rig.queue("poison").exists(), false, "Nothing was given up.");
  assert.equal(host.child.exitCode, null);
  assert.match(host.output(), /does not answer, so its queues wait/);
  const met = new Set(job.polls.map(({ status }) => status));
  assert.deepEqual([...met].sort(), [200, 202, 503]);
  await rig.sweep();
  assert.equal(await host.end("SIGTERM"), 0);
});
