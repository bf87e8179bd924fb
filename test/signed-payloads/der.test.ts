import "reflect-metadata";
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { X509Certificate } from "@peculiar/x509";
import { extensionIds } from "../../functions/signed-payloads/der.ts";
import { type Authority, appleMarks, makeAuthority } from "../../local/simulator/signing/authority.ts";
import { changeDer, type DerChange, type Node, parseDer, partsOf, writeDer } from "./der-tree.ts";

let authority: Authority;
before(async () => {
  authority = await makeAuthority();
});

describe("The extensions of a certificate", () => {
  it("are those that another library finds", () => {
    for (const { base64 } of [authority.leaf, authority.intermediate, authority.root]) {
      const bytes = Buffer.from(base64, "base64");
      const theirs = new X509Certificate(new Uint8Array(bytes)).extensions.map(({ type }) => type);
      assert.ok(theirs.length > 0);
      assert.deepEqual([...extensionIds(bytes)].sort(), [...new Set(theirs)].sort());
    }
  });

  it("are refused wherever the bytes end too early or too late", () => {
    const bytes = Buffer.from(authority.leaf.base64, "base64");
    for (let end = 0; end < bytes.length; end += 1) {
      assert.throws(() => extensionIds(bytes.subarray(0, end)), RangeError, `${end} bytes`);
    }
    assert.throws(() => extensionIds(Buffer.concat([bytes, Buffer.alloc(1)])), RangeError);
  });

  it("have one encoding each: no other stands for them", () => {
    const bytes = Buffer.from(authority.leaf.base64, "base64");
    const mark = Buffer.from("2a864886f76364060b01", "hex");
    const isMark = ({ content }: Node) => Buffer.isBuffer(content) && content.equals(mark);
    const changed = (change: DerChange) => {
      const nodes = parseDer(bytes);
      for (let index = 0; index < 100; index += 1) {
        changeDer(nodes, index, (node, siblings) => isMark(node) && change(node, siblings));
      }
      const made = writeDer(nodes);
      assert.ok(!made.equals(bytes));
      return made;
    };
    const contents = ["", "802a864886f76364060b01", "2a864886f76364060b8001", "2a864886f76364060b0181"];
    for (const content of contents) {
      const made = changed((node) => {
        node.content = Buffer.from(content, "hex");
      });
      assert.throws(() => extensionIds(made), RangeError, content);
    }
    // The same but for 2^64, which whoever counts in 64 bits takes for it.
    const wrapped = changed((node) => {
      node.content = Buffer.from("2a864886f76364060b82808080808080808001", "hex");
    });
    assert.ok(!extensionIds(wrapped).has(appleMarks.leaf));
    for (const length of ["810a", "82000a", "8300000a", "80", "7f"]) {
      const made = changed((node) => {
        node.length = Buffer.from(length, "hex");
      });
      assert.throws(() => extensionIds(made), RangeError, length);
    }
    const outer = Buffer.concat([Buffer.from([0x30, 0x83, 0]), bytes.subarray(2)]);
    assert.throws(() => extensionIds(outer), /length that DER does not have/);
  });

  it("are looked for in a certificate alone, built as certificates are", () => {
    const [certificate] = parseDer(Buffer.from(authority.leaf.base64, "base64"));
    assert.ok(certificate);
    const [tbs] = partsOf(certificate);
    assert.ok(tbs);
    assert.throws(() => extensionIds(writeDer([{ ...certificate, tag: 0x31 }])), RangeError);
    // A tag of several bytes, in front of the extensions.
    const long = { tag: 0x1f, content: Buffer.from([1, 2]) };
    const made = writeDer([{ tag: 0x30, content: [{ tag: 0x30, content: [long, ...partsOf(tbs)] }] }]);
    assert.throws(() => extensionIds(made), /tag of several bytes/);
    const certificateOf = (...extension: Node[]) =>
      writeDer([0x30, 0x30, 0xa3, 0x30, 0x30].reduce((content, tag) => [{ tag, content }], extension));
    const id = (hex: string) => ({ tag: 0x06, content: Buffer.from(hex, "hex") });
    assert.deepEqual(extensionIds(certificateOf(id("883703"))), new Set(["2.999.3"]));
    // What stands behind an identifier goes on beyond its certificate.
    const beyond = { tag: 0x04, content: Buffer.alloc(2), length: Buffer.from([3]) };
    assert.throws(() => extensionIds(certificateOf(id("2a03"), beyond)), /ends in the middle/);
    const none = partsOf(tbs).filter(({ tag }) => tag !== 0xa3);
    assert.equal(extensionIds(writeDer([{ tag: 0x30, content: [{ tag: 0x30, content: none }] }])).size, 0);
  });

  it("end in an answer or a RangeError, whichever byte is changed", () => {
    const bytes = Buffer.from(authority.leaf.base64, "base64");
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      try {
        extensionIds(changed);
      } catch (error) {
        assert.ok(error instanceof RangeError, `byte ${at}`);
      }
    }
  });
});
