import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { RelayError } from "../../functions/errors.ts";
import { toFailure, UpstreamFailure } from "../../functions/upstream/failure.ts";

const never = new AbortController().signal;
const coded = (code: string, message = "secret text") => Object.assign(new Error(message), { code });

describe("What the transport threw", () => {
  for (const code of [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ]) {
    it(`${code} never left`, () => {
      const failure = toFailure(coded(code), never);
      assert.ok(failure instanceof UpstreamFailure);
      assert.deepEqual([failure.kind, failure.sent], ["unreachable", false]);
      assert.match(failure.message, new RegExp(code));
    });
  }

  const broken: unknown[] = [
    coded("ECONNRESET"),
    coded("EPIPE"),
    coded("UND_ERR_SOCKET"),
    coded("HPE_INVALID_CONSTANT"),
    new Error("no code"),
    coded("not a code word"),
    coded("SECRET=eyJhbGciOi"),
    "text",
    undefined,
    null,
    { code: "ECONNREFUSED" },
  ];
  for (const thrown of broken) {
    it(`${inspect(thrown, { depth: 0 }).split("\n")[0]} counts as sent`, () => {
      const failure = toFailure(thrown, never);
      assert.ok(failure instanceof UpstreamFailure);
      assert.deepEqual([failure.kind, failure.sent], ["broken", true]);
    });
  }

  it("is known by the code of what caused it, a few levels deep", () => {
    const deep = new Error("outer", { cause: new Error("middle", { cause: coded("ECONNREFUSED") }) });
    const failure = toFailure(deep, never);
    assert.ok(failure instanceof UpstreamFailure && failure.kind === "unreachable");
    const circle = new Error("circle");
    circle.cause = circle;
    assert.ok(toFailure(circle, never) instanceof UpstreamFailure);
  });

  it("is the deadline once that has passed, whatever broke because of it", () => {
    const controller = new AbortController();
    controller.abort();
    const failure = toFailure(coded("ECONNRESET"), controller.signal);
    assert.ok(failure instanceof UpstreamFailure);
    assert.deepEqual([failure.kind, failure.sent], ["deadline", true]);
  });

  it("passes when it is ours", () => {
    const own = new UpstreamFailure("malformed", "Ours.", { sent: true });
    assert.equal(toFailure(own, never), own);
    const relay = new RelayError("payload_too_large", { message: "Too large." });
    assert.equal(toFailure(relay, never), relay);
  });

  it("keeps nothing of the original but its code", () => {
    const original = Object.assign(coded("ECONNRESET", "secret-text-one"), {
      config: { headers: { authorization: "Bearer secret-text-two" } },
    });
    assert.ok(
      !inspect(toFailure(original, never), { depth: Number.POSITIVE_INFINITY }).includes("secret-text"),
    );
  });
});
