import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canary, observe, watch } from "../canary.ts";

// Run by setup.test.ts in a process of its own. What each test is called says how it must end.
const secret = canary("key");
const token = watch("token", `${"a1B2c3D4".repeat(4)}.${"e5F6g7H8".repeat(4)}.${"i9J0k1L2".repeat(4)}`);
const pem = watch(
  "pem",
  `-----BEGIN THING-----\n${"Zm9v".repeat(16)}\n${"YmFy".repeat(16)}\n-----END THING-----\n`,
);
const encoded = (offset: number) => Buffer.from(`${"x".repeat(offset)}${secret}yy`).toString("base64");

describe("nested", () => {
  it("fails: raw on stdout", () => console.log(`x${secret}`));
  it("passes: nothing left of it", () => assert.ok(true));
});
it("fails: raw on stderr, in two writes", () => {
  process.stderr.write(secret.slice(0, 10));
  process.stderr.write(`${secret.slice(10)}\n`);
});
it("fails: base64 at offset 0", () => void observe("text", encoded(0)));
it("fails: base64 at offset 1", () => void observe("text", encoded(1)));
it("fails: base64 at offset 2", () => void observe("text", encoded(2)));
it("fails: base64url", () => void observe("text", Buffer.from(`{"k":"${pem}"}`).toString("base64url")));
it("fails: percent-encoded", () => void observe("text", encodeURIComponent(pem)));
it("fails: JSON-escaped", () => void observe("text", JSON.stringify({ pem })));
it("fails: one segment of a token", () => void observe("text", `${token.split(".")[1]}`));
it("fails: one line of a PEM", () => void observe("text", `${pem.split("\n")[1]}`));
it("fails: from a function", () => {
  const end = observe("log", () => `prefix ${secret}`);
  end();
});
it("passes: the function is asked no more", () => assert.ok(true));
it("passes: harmless text", () => void observe("text", "-----BEGIN THING----- canary-key- a1B2c3D4"));
