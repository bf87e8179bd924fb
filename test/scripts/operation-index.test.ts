/** The index that the bundle has in place of the catalogue: it must say the very same of every operation. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { catalogue } from "../../functions/catalogue.ts";
import { entryOf, type OperationEntry } from "../../functions/operation-entry.ts";
import { bundle } from "../../local/scripts/bundle.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("the index of operations in the bundle", () => {
  let outdir: string;
  let index: readonly OperationEntry[];
  before(async () => {
    outdir = await mkdtemp(path.join(tmpdir(), "operation-index-"));
    await bundle({ entry: path.join(root, "functions/operation-index.ts"), outdir });
    ({ operationIndex: index } = await import(pathToFileURL(path.join(outdir, "index.js")).href));
  });
  after(() => rm(outdir, { recursive: true, force: true }));

  it("has every operation of the catalogue in its order, with its route, its methods and whether it asks for a key", () => {
    const facts = ({ load: _load, ...entry }: OperationEntry) => entry;
    assert.deepEqual(index.map(facts), catalogue.map(entryOf).map(facts));
  });

  it("loads each operation under its own name", async () => {
    for (const { id, load } of index) assert.equal((await load()).id, id);
  });
});
