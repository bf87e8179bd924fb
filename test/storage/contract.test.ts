import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { openStorage } from "../../functions/storage/open-storage.ts";
import type { Row, Storage } from "../../functions/storage/storage.ts";
import { createMemoryStorage } from "../../local/storage/memory.ts";
import { startTestAzurite } from "../support/azurite.ts";

const row = (partition: string, key: string, fields: Row["fields"] = {}): Row => ({
  partition,
  row: key,
  fields,
});

/** What every storage must do, whichever it is: simulations on the one hold for the other because of this. */
function itKeepsTheContract(open: () => Storage): void {
  let storage: Storage;
  let partition = "";
  before(() => {
    storage = open();
  });
  const table = () => {
    partition = randomUUID();
    return storage.table("contract");
  };

  it("reads what was written, text, numbers and truth values, and nothing that was not", async () => {
    const things = table();
    assert.equal(await things.read(partition, "a"), undefined);
    const fields = { text: "ümlaut 'quoted' \n", number: 42, yes: true, no: false, empty: "" };
    assert.equal(await things.insert(row(partition, "a", fields)), true);
    const read = await things.read(partition, "a");
    assert.deepEqual({ ...read, etag: "" }, { ...row(partition, "a", fields), etag: "" });
    assert.ok(read?.etag);
  });

  it("inserts a row once", async () => {
    const things = table();
    const answers = await Promise.all([1, 2, 3].map((by) => things.insert(row(partition, "a", { by }))));
    assert.deepEqual(answers.filter(Boolean).length, 1);
  });

  it("replaces a row whole, only if it is as it was read", async () => {
    const things = table();
    await things.insert(row(partition, "a", { one: 1, two: 2 }));
    const first = (await things.read(partition, "a")) ?? assert.fail();
    const etag = await things.replace({ ...first, fields: { two: 3 } });
    assert.ok(etag);
    assert.deepEqual((await things.read(partition, "a"))?.fields, { two: 3 });
    assert.equal(await things.replace({ ...first, fields: { lost: true } }), undefined);
    assert.ok(
      await things.replace({ ...first, etag, fields: { three: 4 } }),
      "the tag of a write serves the next one",
    );
    await things.remove(partition, ["a"]);
    assert.equal(await things.replace({ ...first, fields: {} }), undefined);
  });

  it("makes all changes of a transaction or none", async () => {
    const things = table();
    await things.insert(row(partition, "head", { count: 0 }));
    const head = (await things.read(partition, "head")) ?? assert.fail();
    const add = (key: string, count: number, from = head) =>
      things.transact([
        { kind: "insert", row: row(partition, key) },
        { kind: "replace", row: { ...from, fields: { count } } },
      ]);
    assert.equal(await add("a", 1), true);
    assert.equal(await add("b", 2), false, "the head has changed");
    assert.equal(await things.read(partition, "b"), undefined);
    const now = (await things.read(partition, "head")) ?? assert.fail();
    assert.equal(await add("a", 2, now), false, "the row is there already");
    assert.deepEqual((await things.read(partition, "head"))?.fields, { count: 1 });
  });

  it("pages through a partition in order, by prefix, position and field", async () => {
    const things = table();
    const keys = Array.from({ length: 25 }, (_, number) => `item-${String(number).padStart(2, "0")}`);
    await things.transact(
      [...keys].reverse().map((key, number) => ({
        kind: "insert" as const,
        row: row(partition, key, { odd: number % 2 === 0 ? "yes" : "no" }),
      })),
    );
    await things.insert(row(partition, "head"));
    const found: string[] = [];
    let next: string | undefined;
    let pages = 0;
    do {
      const page = await things.page(partition, { prefix: "item-", limit: 10, ...(next && { after: next }) });
      found.push(...page.rows.map((item) => item.row));
      next = page.next;
      pages += 1;
    } while (next !== undefined);
    assert.deepEqual([found, pages], [keys, 3]);
    const exact = await things.page(partition, { prefix: "item-", limit: 25 });
    assert.deepEqual([exact.rows.length, exact.next], [25, undefined]);
    const some = await things.page(partition, { prefix: "item-", where: { odd: "yes" }, limit: 100 });
    assert.equal(some.rows.length, 13);
    const few = await things.page(partition, { where: { odd: "no" }, limit: 5 });
    assert.equal(few.rows.length, 5);
    assert.ok(few.next);
    assert.equal((await things.page(randomUUID(), { limit: 5 })).rows.length, 0);
  });

  it("deletes rows, also those that are gone, and more than one transaction holds", async () => {
    const things = table();
    const keys = Array.from({ length: 130 }, (_, number) => `k${number}`);
    for (const part of [keys.slice(0, 90), keys.slice(90)]) {
      await things.transact(part.map((key) => ({ kind: "insert", row: row(partition, key) })));
    }
    await things.remove(partition, ["k3", "never"]);
    await things.remove(partition, keys);
    assert.equal((await things.page(partition, { limit: 10 })).rows.length, 0);
  });

  it("keeps texts by name and deletes them by the beginning of it", async () => {
    const blobs = storage.blobs("contract");
    const base = randomUUID();
    await blobs.write(`${base}/a.json`, "[1]");
    await blobs.write(`${base}/a.json`, "[2]");
    await blobs.write(`${base}/b.json`, "ü");
    assert.deepEqual(
      [
        await blobs.read(`${base}/a.json`),
        await blobs.read(`${base}/b.json`),
        await blobs.read(`${base}/c.json`),
      ],
      ["[2]", "ü", undefined],
    );
    await blobs.remove(`${base}/a`);
    assert.deepEqual(
      [await blobs.read(`${base}/a.json`), await blobs.read(`${base}/b.json`)],
      [undefined, "ü"],
    );
    await blobs.remove(`${base}/`);
    assert.equal(await blobs.read(`${base}/b.json`), undefined);
  });
}

describe("storage in Azurite", () => {
  let azurite: Awaited<ReturnType<typeof startTestAzurite>>;
  before(async () => {
    azurite = await startTestAzurite();
  });
  after(() => azurite[Symbol.asyncDispose]());
  itKeepsTheContract(() =>
    openStorage({ kind: "connection-string", connectionString: azurite.connectionString }),
  );
});

describe("storage in memory", () => {
  itKeepsTheContract(() => createMemoryStorage(Date.now));
});
