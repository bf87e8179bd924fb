import assert from "node:assert/strict";
import { it } from "node:test";
import { readMessage } from "../../functions/jobs/message.ts";
import { startHostRig, until } from "./host-rig.ts";
import { launch } from "./support.ts";

it("a host that is told to stop in the middle of a job ends what runs, begins nothing, and leaves the rest", async (t) => {
  await using rig = await startHostRig();
  const apps = launch(40);
  rig.slowDown(1_500, 8);
  const first = await rig.start();
  const job = await rig.launch(apps);
  await until("some apps are on their way", () => rig.unanswered() >= 4);

  // Long enough for the whole job, if the host went on.
  const told = Date.now();
  assert.equal(await first.end("SIGTERM"), 0);
  const took = Date.now() - told;
  assert.ok(took < 10_000, `It took ${took} ms.`);
  assert.equal(rig.unanswered(), 0, "What was on its way was waited for.");
  const items = await rig.items(job.jobId);
  assert.deepEqual(
    items.filter(({ status }) => status === "sending"),
    [],
  );
  const planned = items.filter(({ status }) => status === "planned").map(({ index }) => index);
  assert.ok(planned.length > 0, "It took up everything.");
  assert.equal(rig.posts().size, apps.length - planned.length);
  // Their messages are for whoever comes next, at once.
  const { peekedMessageItems } = await rig.queue().peekMessages({ numberOfMessages: 32 });
  const visible = new Set(peekedMessageItems.map(({ messageText }) => readMessage(messageText)?.item));
  assert.deepEqual(
    planned.filter((index) => !visible.has(index)),
    [],
  );

  await until("a poll has found nobody", () => job.polls.some(({ status }) => status === "gone"));
  const again = Date.now();
  const second = await rig.start();
  const result = Object(await job.result);
  const seconds = (Date.now() - again) / 1_000;
  t.diagnostic(`stopped in ${took} ms with ${planned.length} apps left, which took ${seconds.toFixed(1)} s`);
  assert.ok(seconds < 40, "Nothing waited for a claim to run out.");
  assert.deepEqual([result.status, result.total, result.applied], ["completed", 40, 40]);
  assert.deepEqual([...new Set(rig.posts().values())], [1], "No app was sent twice.");
  assert.equal(rig.posts().size, 40);
  await rig.sweep();
  assert.equal(await second.end("SIGTERM"), 0);
});
