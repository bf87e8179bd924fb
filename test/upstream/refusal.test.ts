import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ErrorCode, RelayError } from "../../functions/errors.ts";
import { readErrorBody } from "../../functions/upstream/error-body.ts";
import { type FailureKind, UpstreamFailure } from "../../functions/upstream/failure.ts";
import type { OriginName } from "../../functions/upstream/origins.ts";
import { failureError, outcomeUnknown, refusalError } from "../../functions/upstream/refusal.ts";

const same = (text: string) => text;

function refused(status: number, facts: { method?: string; body?: unknown; retryAfterMs?: number } = {}) {
  const { method = "GET", body, retryAfterMs } = facts;
  return refusalError({ origin: "app-store-connect", method }, { status, body, retryAfterMs, redact: same });
}

describe("The error for a status", () => {
  const rows: readonly [upstream: number, status: number, code: ErrorCode][] = [
    [400, 422, "rejected"],
    [401, 502, "credential_rejected"],
    [402, 422, "rejected"],
    [403, 403, "upstream_forbidden"],
    [404, 404, "not_found"],
    [405, 422, "rejected"],
    [408, 502, "upstream_unavailable"],
    [409, 409, "rejected"],
    [410, 422, "rejected"],
    [413, 422, "rejected"],
    [422, 422, "rejected"],
    [429, 429, "rate_limited"],
    [500, 502, "upstream_unavailable"],
    [502, 502, "upstream_unavailable"],
    [503, 502, "upstream_unavailable"],
    [504, 502, "upstream_unavailable"],
    [599, 502, "upstream_unavailable"],
  ];
  for (const [upstream, status, code] of rows) {
    it(`${upstream} is ${status} ${code}`, () => {
      const error = refused(upstream);
      assert.deepEqual([error.status, error.code], [status, code]);
      assert.equal(error.source, "app-store-connect");
      assert.equal(error.outcome, "none");
      assert.equal(error.retryable, code === "rate_limited" || code === "upstream_unavailable");
      if (upstream !== 429) assert.equal(error.upstream?.status, upstream);
      assert.ok(error.hint);
    });
  }

  it("leaves the outcome of a write open only where the service may have applied it", () => {
    for (const status of [408, 500, 502, 503, 504]) {
      const error = refused(status, { method: "PATCH" });
      assert.deepEqual([error.outcome, error.retryable], ["unknown", false]);
      const idempotent = refusalError(
        { origin: "adjust", method: "POST", idempotent: true },
        { status, body: undefined, retryAfterMs: undefined, redact: same },
      );
      assert.deepEqual([idempotent.outcome, idempotent.retryable], ["none", true]);
    }
    for (const status of [400, 401, 403, 404, 409, 422, 429]) {
      assert.equal(refused(status, { method: "POST" }).outcome, "none");
    }
  });

  it("names the wait of a 429 in whole seconds, a minute where the service names none", () => {
    assert.equal(refused(429, { retryAfterMs: 1_500 }).retryAfterSeconds, 2);
    assert.equal(refused(429, { retryAfterMs: 0 }).retryAfterSeconds, 1);
    assert.equal(refused(429, { retryAfterMs: 1e12 }).retryAfterSeconds, 3_600);
    assert.equal(refused(429).retryAfterSeconds, 60);
  });

  it("names the agreement or the role in the hint of a 403", () => {
    const body = {
      errors: [{ code: "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED", title: "Agreement" }],
    };
    assert.match(refused(403, { body }).hint ?? "", /Account Holder/);
    assert.match(refused(403).hint ?? "", /role/);
  });

  it("names the service that answered", () => {
    const sources: readonly [OriginName, string][] = [
      ["app-store-connect", "app-store-connect"],
      ["app-store-server", "app-store-server"],
      ["app-store-server-sandbox", "app-store-server"],
      ["adjust", "adjust"],
    ];
    for (const [origin, source] of sources) {
      const facts = { status: 404, body: undefined, retryAfterMs: undefined, redact: same };
      assert.equal(refusalError({ origin, method: "GET" }, facts).source, source);
    }
  });
});

describe("The error for an attempt without an answer", () => {
  const rows: readonly [kind: FailureKind, sent: boolean, status: number, code: ErrorCode][] = [
    ["unreachable", false, 502, "upstream_unavailable"],
    ["broken", true, 502, "upstream_unavailable"],
    ["broken", false, 502, "upstream_unavailable"],
    ["truncated", true, 502, "bad_upstream_response"],
    ["malformed", true, 502, "bad_upstream_response"],
    ["deadline", true, 504, "upstream_timeout"],
    ["deadline", false, 504, "upstream_timeout"],
  ];
  for (const [kind, sent, status, code] of rows) {
    it(`${kind}, ${sent ? "sent" : "not sent"}: ${status} ${code}`, () => {
      const failure = new UpstreamFailure(kind, "It failed.", { sent });
      const read = failureError({ origin: "adjust", method: "GET" }, failure);
      assert.deepEqual([read.status, read.code, read.outcome, read.source], [status, code, "none", "adjust"]);
      const write = failureError({ origin: "adjust", method: "POST" }, failure);
      assert.equal(write.outcome, sent ? "unknown" : "none");
      assert.equal(write.retryable, !sent && code !== "bad_upstream_response");
      const idempotent = failureError({ origin: "adjust", method: "POST", idempotent: true }, failure);
      assert.equal(idempotent.outcome, "none");
    });
  }

  it("of a write becomes 409 outcome_unknown for flows, with what is known", () => {
    const cause = refused(503, { method: "PATCH", body: { errors: [{ code: "BUSY", detail: "Later." }] } });
    const error = outcomeUnknown(cause);
    assert.deepEqual(
      [error.status, error.code, error.outcome, error.retryable, error.source],
      [409, "outcome_unknown", "unknown", false, "app-store-connect"],
    );
    assert.deepEqual(error.upstream, { status: 503, code: "BUSY", message: "Later." });
    assert.match(error.hint ?? "", /Read back/);
  });
});

describe("What is read from an error body", () => {
  const read = (body: unknown, redact = same) =>
    readErrorBody({ status: 400, body, retryAfterMs: undefined, redact });

  it("is Apple's errors[]: code and detail of the first, and each with its pointer or parameter", () => {
    const { upstream, details } = read({
      errors: [
        {
          code: "ENTITY_ERROR.INVALID",
          title: "Title",
          detail: "Detail.",
          source: { pointer: "/data/attributes/name" },
        },
        { code: "PARAMETER_ERROR.ILLEGAL", title: "Only a title", source: { parameter: "filter[x]" } },
        { code: "NO_SOURCE", detail: "No source." },
        { detail: "Nothing to call it by." },
        null,
        "text",
      ],
    });
    assert.deepEqual(upstream, { status: 400, code: "ENTITY_ERROR.INVALID", message: "Detail." });
    assert.deepEqual(details, [
      { field: "/data/attributes/name", message: "Detail." },
      { field: "filter[x]", message: "Only a title" },
      { field: "NO_SOURCE", message: "No source." },
    ]);
  });

  const rows: readonly [
    what: string,
    body: unknown,
    code: string | undefined,
    message: string | undefined,
  ][] = [
    [
      "the Server API's errorCode",
      { errorCode: 4040010, errorMessage: "Not found." },
      "4040010",
      "Not found.",
    ],
    ["Adjust's detail", { detail: "App not found" }, undefined, "App not found"],
    ["an error as text", { error: "Forbidden" }, undefined, "Forbidden"],
    ["a nested error", { error: { code: 7, message: "Nested." } }, "7", "Nested."],
    ["a message", { code: "X1", message: "Plain." }, "X1", "Plain."],
    ["details as text", { details: "Only details" }, undefined, "Only details"],
    ["an error without text beside a detail", { error: {}, detail: "Said here." }, undefined, "Said here."],
    ["a list of sentences", { errors: ["First.", "Second."] }, undefined, "First."],
    ["nothing", undefined, undefined, undefined],
    ["null", null, undefined, undefined],
    ["text", "Internal Server Error", undefined, undefined],
    ["a list", [{ code: "X" }], undefined, undefined],
    ["an empty list of errors", { errors: [] }, undefined, undefined],
    ["objects where text belongs", { code: {}, message: [], errorCode: true }, undefined, undefined],
  ];
  for (const [what, body, code, message] of rows) {
    it(`is understood from ${what}`, () => {
      assert.deepEqual(read(body).upstream, {
        status: 400,
        ...(code !== undefined && { code }),
        ...(message !== undefined && { message }),
      });
    });
  }

  it("is Adjust's errors by field", () => {
    const { upstream, details } = read({
      detail: "Invalid request",
      errors: { store_id: "Required.", name: ["Too long."] },
    });
    assert.equal(upstream.message, "Invalid request");
    assert.deepEqual(details, [
      { field: "store_id", message: "Required." },
      { field: "name", message: "Too long." },
    ]);
  });

  it("has secrets replaced in every text", () => {
    const hide = (text: string) => text.replaceAll("s3cret-value", "[redacted]");
    const errors = [
      { code: "C s3cret-value", detail: "D s3cret-value", source: { pointer: "/s3cret-value" } },
    ];
    const found = JSON.stringify(read({ errors }, hide));
    assert.ok(!found.includes("s3cret-value"));
    assert.equal(found.split("[redacted]").length - 1, 4);
  });

  it("replaces before it cuts, so that no half of a secret is left at the end", () => {
    const secret = "s3cret-value";
    const text = `${"x".repeat(995)}${secret}`;
    const hide = (given: string) => given.replaceAll(secret, "[redacted]");
    const { upstream } = read({ message: text }, hide);
    assert.equal(upstream.message?.length, 1_000);
    assert.equal(upstream.message?.includes("s3c"), false);
  });

  it("is capped: 1,000 characters a text, 50 details", () => {
    const errors = Array.from({ length: 80 }, () => ({ code: "c".repeat(3_000), detail: "d".repeat(3_000) }));
    const { upstream, details } = read({ errors });
    assert.equal(upstream.code?.length, 1_000);
    assert.equal(upstream.message?.length, 1_000);
    assert.equal(details.length, 50);
    assert.ok(details.every(({ field, message }) => field.length === 1_000 && message.length === 1_000));
  });

  it("does not come from a prototype", () => {
    const body: unknown = JSON.parse('{"__proto__":{"message":"inherited","code":"inherited"}}');
    assert.deepEqual(read(body).upstream, { status: 400 });
  });
});

describe("The one error", () => {
  it("never invites a repetition while its outcome is unknown", () => {
    assert.equal(new RelayError("upstream_timeout", { message: "m" }).retryable, true);
    assert.equal(new RelayError("upstream_timeout", { message: "m", outcome: "unknown" }).retryable, false);
  });
});
