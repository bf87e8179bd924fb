import assert from "node:assert/strict";
import { it } from "node:test";
import type { DequeuedMessageItem } from "@azure/storage-queue";
import { newJobId } from "../../functions/jobs/id.ts";
import { readMessage, writeMessage } from "../../functions/jobs/message.ts";
import { type HostRig, startHostRig, until } from "./host-rig.ts";
import { launch, type Row } from "./support.ts";

/** Tries after which a message is given up: `maxDequeueCount` of host.json. */
const tries = 5;

/** What the message of an item is like that took its host along each time: it was taken and never ended. */
async function wearOut(rig: HostRig, item: number): Promise<void> {
  const queue = rig.queue();
  const giveBack = ({ messageId, popReceipt, messageText }: DequeuedMessageItem) =>
    queue.updateMessage(messageId, popReceipt, messageText, 0);
  const others: DequeuedMessageItem[] = [];
  let worn = 0;
  await until("the message is worn out", async () => {
    const batch = { numberOfMessages: 32, visibilityTimeout: 60 };
    for (const message of (await queue.receiveMessages(batch)).receivedMessageItems) {
      if (readMessage(message.messageText)?.item !== item) {
        others.push(message);
        continue;
      }
      worn = message.dequeueCount;
      await giveBack(message);
    }
    return worn >= tries;
  });
  for (const message of others) await giveBack(message);
}

it("messages that are given up end their items, and those of nobody end by themselves", async () => {
  await using rig = await startHostRig();
  const apps = launch(40);
  const release = rig.holdUp();
  const first = await rig.start();
  const job = await rig.launch(apps);
  // Every call is held up, so that one which is being sent stays so.
  await until("some apps are on their way", () => rig.unanswered() >= 4);

  // One is given up while it is being sent, another before that.
  const items = await rig.items(job.jobId);
  const sent = items.find(({ status, memo }) => status === "sending" && !memo)?.index ?? -1;
  const message = (item: number) => writeMessage({ job: job.jobId, item, sent: Date.now() });
  // The calls that are held up take all places, so what is planned now stays so until it is given up.
  const planned = async () =>
    (await rig.items(job.jobId)).filter(({ status }) => status === "planned").map(({ index }) => index);
  const early = (await planned()).at(-1) ?? -1;
  assert.ok(sent >= 0 && early >= 0, "There is no item of each kind.");
  await rig.queue("poison").createIfNotExists();
  // While its claim holds, somebody may be at work on it, and it is not given up.
  await rig.expire(job.jobId, sent);
  for (const index of [sent, early]) await rig.queue("poison").sendMessage(message(index));
  await until("their items have ended", async () => {
    const now = await rig.items(job.jobId);
    return now[sent]?.status === "unknown" && now[early]?.status === "failed";
  });
  const stopped = first.end("SIGTERM");
  release();
  assert.equal(await stopped, 0);

  // A third took its host along five times.
  const worn = (await planned()).at(-1) ?? -1;
  assert.ok(worn >= 0, "Nothing is left to be done.");
  await wearOut(rig, worn);
  const junk = ["junk", "{}", '{"job":', '{"job":"../../etc","item":1,"sent":0}', "\u{1f4a3}"];
  const stranger = writeMessage({ job: newJobId(Date.now()), item: 1, sent: 0 });
  for (const text of [...junk, stranger]) {
    await rig.queue().sendMessage(text);
    await rig.queue("poison").sendMessage(text);
  }

  const second = await rig.start();
  const result = Object(await job.result);
  assert.deepEqual(
    [result.status, result.total, result.applied, result.failed, result.unknown],
    ["completed", 40, 37, 2, 1],
  );
  const { results }: { results: Row[] } = result;
  assert.deepEqual(
    [sent, early, worn].map((index) => [results[index]?.status, results[index]?.errorCode]),
    [
      ["unknown", "outcome_unknown"],
      ["failed", "internal_error"],
      ["failed", "internal_error"],
    ],
  );
  for (const index of [early, worn]) {
    assert.match(String(results[index]?.errorMessage), /Nothing was sent\.$/);
    assert.equal(rig.posts().get(String(apps[index]?.storeId)), undefined, "It was sent all the same.");
  }
  assert.deepEqual([...new Set(rig.posts().values())], [1]);

  for (const queue of [rig.queue(), rig.queue("poison")]) {
    await until(
      "the queue is empty",
      async () => (await queue.getProperties()).approximateMessagesCount === 0,
    );
  }
  const told = second.output().match(/a message that is none of ours/g) ?? [];
  assert.equal(told.length, junk.length, "Each is told of once.");
  await rig.sweep();
  assert.equal(await second.end("SIGTERM"), 0);
});
