import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { catalogue } from "../functions/catalogue.ts";
import type { TypedOperation } from "../functions/operation.ts";

const root = path.resolve(import.meta.dirname, "..");
const documents = [
  "README.md",
  "connector/README.md",
  ...readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`),
].filter((name) => name.endsWith(".md"));

function read(document: string): string {
  return readFileSync(path.join(root, document), "utf8");
}

/** Anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): Set<string> {
  const text = read(document).replace(/^ *```[\s\S]*?^ *```$/gm, "");
  const seen = new Map<string, number>();
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
      const slug = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-");
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    }),
  );
}

describe("the documents", () => {
  test("lead to files and headings that exist", () => {
    let followed = 0;
    for (const document of documents) {
      for (const [, target = ""] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = "", anchor] = target.split("#");
        const found = file === "" ? document : path.posix.join(path.posix.dirname(document), file);
        assert.ok(existsSync(path.join(root, found)), `${document}: ${target}`);
        if (anchor !== undefined) assert.ok(anchorsOf(found).has(anchor), `${document}: ${target}`);
        followed += 1;
      }
    }
    assert.ok(followed > 30);
  });

  test("draw diagrams without a semicolon, which would end a line of theirs", () => {
    const diagrams = documents.flatMap((document) =>
      [...read(document).matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text),
    );
    assert.ok(diagrams.length >= 7);
    // Entities such as &lt; end with one.
    for (const text of diagrams) assert.doesNotMatch(text.replace(/&\w+;/g, ""), /;/);
  });

  test("give readers a key for operations that only read, and for all that a reader needs", () => {
    const loop = /for OPERATION in ([^;]+);/.exec(read("docs/credentials.md"))?.[1] ?? "";
    const named = loop.split(/[\s\\]+/).filter(Boolean);
    const typed = catalogue.filter((one): one is TypedOperation => one.kind === "typed");
    const reading = typed.filter(({ safe, open }) => safe && !open).map(({ id }) => id);
    // Personal data: the document says so.
    const expected = reading.filter((id) => id !== "InspectAdjustDevice");
    assert.deepEqual([...named].sort(), expected.sort());
  });

  test("name the functions that need no key", () => {
    const open = catalogue.flatMap((one) => (one.kind === "typed" && one.open ? [one.id] : []));
    const [, section = ""] =
      /functions need no key, since([\s\S]*?)\n## /.exec(read("docs/credentials.md")) ?? [];
    const named = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, id]) => id);
    assert.deepEqual(named.sort(), open.sort());
  });
});
