import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecentReads } from "../../functions/upstream/recent-reads.ts";
import { skippingRuntime } from "./skipping-runtime.ts";

function open() {
  const runtime = skippingRuntime();
  const reads = createRecentReads(runtime);
  let count = 0;
  return { runtime, reads, read: async () => ++count };
}

test("a read is shared while it is under way and for its time after it has ended", async () => {
  const { runtime, reads, read } = open();
  let end = () => {};
  const slow = new Promise<void>((resolve) => {
    end = resolve;
  });
  const first = reads.share("a", 1_000, () => slow.then(read));
  runtime.advance(60_000);
  const second = reads.share("a", 1_000, read);
  end();
  assert.deepEqual(await Promise.all([first, second]), [1, 1]);
  runtime.advance(990);
  assert.equal(await reads.share("a", 1_000, read), 1);
  runtime.advance(20);
  assert.equal(await reads.share("a", 1_000, read), 2);
  assert.equal(await reads.share("b", 1_000, read), 3, "another key");
  runtime.advance(-60_000);
  assert.equal(await reads.share("a", 1_000, read), 4, "a clock that was set back");
});

test("a read that fails is forgotten", async () => {
  const { reads, read } = open();
  const fails = () => reads.share("a", 1_000, () => Promise.reject(new Error("no")));
  await assert.rejects(fails(), /no/);
  assert.equal(await reads.share("a", 1_000, read), 1);
});

test("what is remembered is bounded", async () => {
  const { reads, read } = open();
  for (let index = 0; index <= 1_000; index += 1) await reads.share(`key ${index}`, 60_000, read);
  assert.equal(await reads.share("key 0", 60_000, read), 1_002, "the oldest is read again");
  assert.equal(await reads.share("key 1000", 60_000, read), 1_001);
});
