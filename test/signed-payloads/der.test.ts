import "reflect-metadata";
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { X509Certificate } from "@peculiar/x509";
import { extensionIds } from "../../functions/signed-payloads/der.ts";
import { type Authority, makeAuthority } from "../../local/simulator/signing/authority.ts";

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
