import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ErrorCode, errorCodes, RelayError } from "../../functions/errors.ts";
import { settle as decide, type Thrown, toItemError } from "../../functions/jobs/settle.ts";

const thrown = (code: ErrorCode, facts: { outcome?: "none" | "unknown"; retryAfterSeconds?: number } = {}) =>
  new RelayError(code, { message: `It said ${code}.`, ...facts });

const settle = (error: unknown, failures: number, random: number, more: Partial<Thrown> = {}) =>
  decide({ thrown: error, failures, random, attempts: 1, repeated: false, ...more });

/** What becomes of an item whose step threw each of the codes, with no passing fault before and with ten. */
const table: Readonly<Record<ErrorCode, readonly [first: string, last: string]>> = {
  invalid_input: ["rejected", "rejected"],
  credential_required: ["failed", "failed"],
  credential_unavailable: ["failed", "failed"],
  forbidden: ["failed", "failed"],
  upstream_forbidden: ["rejected", "rejected"],
  not_found: ["rejected", "rejected"],
  rejected: ["rejected", "rejected"],
  outcome_unknown: ["failed", "failed"],
  plan_expired: ["failed", "failed"],
  payload_too_large: ["failed", "failed"],
  unsupported_media_type: ["failed", "failed"],
  invalid_signature: ["failed", "failed"],
  rate_limited: ["again", "again"],
  internal_error: ["failed", "failed"],
  credential_rejected: ["failed", "failed"],
  upstream_unavailable: ["again", "failed"],
  bad_upstream_response: ["failed", "failed"],
  key_vault_unavailable: ["again", "failed"],
  storage_unavailable: ["again", "failed"],
  not_configured: ["failed", "failed"],
  upstream_timeout: ["again", "failed"],
};

describe("a step that threw", () => {
  it("is decided about for every code", () => {
    assert.deepEqual(Object.keys(table).sort(), [...errorCodes].sort());
    for (const code of errorCodes) {
      const ends = [0, 10].map((failures) => {
        const verdict = settle(thrown(code), failures, 0.5);
        return verdict.kind === "end" ? verdict.status : verdict.kind;
      });
      assert.deepEqual(ends, table[code], code);
    }
  });

  it("with an outcome that is not known is run again and told so, and in the end the item is unknown", () => {
    for (const error of [
      thrown("outcome_unknown", { outcome: "unknown" }),
      thrown("upstream_timeout", { outcome: "unknown" }),
      new TypeError("unforeseen"),
      "not even an error",
    ]) {
      const first = settle(error, 0, 0.5);
      assert.ok(first.kind === "again" && first.mayBeApplied && first.counts);
      const last = settle(error, 10, 0.5);
      assert.ok(last.kind === "end" && last.status === "unknown");
      assert.ok(!JSON.stringify(last).includes("unforeseen"), "text of nobody's making stays inside");
    }
  });

  it("waits as long as it is asked to, and longer each time otherwise, up to ten minutes", () => {
    const wait = (failures: number, random: number, retryAfterSeconds?: number) => {
      const facts = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      const verdict = settle(thrown("upstream_unavailable", facts), failures, random);
      return verdict.kind === "again" ? verdict.waitMs : assert.fail("It ended.");
    };
    assert.deepEqual([wait(0, 0), wait(0, 1), wait(3, 1), wait(9, 1)], [2_500, 5_000, 40_000, 600_000]);
    assert.deepEqual([wait(0, 0, 90), wait(9, 1, 90)], [90_000, 600_000]);
    const limits = [1, 3, 9].map((attempts) => settle(thrown("rate_limited"), 0, 1, { attempts }));
    assert.deepEqual(
      limits.map((limit) => limit.kind === "again" && [limit.waitMs, limit.counts]),
      [
        [5_000, false],
        [20_000, false],
        [60_000, false],
      ],
      "limits never count, and are asked after less and less often",
    );
  });

  it("that may have been applied before stays so, whatever comes after it", () => {
    const limited = settle(thrown("rate_limited"), 0, 0.5, { repeated: true });
    assert.ok(limited.kind === "again" && limited.mayBeApplied);
    for (const code of ["credential_rejected", "rejected", "invalid_input"] as const) {
      const verdict = settle(thrown(code), 0, 0.5, { repeated: true });
      assert.ok(verdict.kind === "end" && verdict.status === "unknown" && verdict.error.code === code, code);
    }
  });

  it("leaves an error that a row can hold, however much a service says", () => {
    const details = Array.from({ length: 500 }, () => ({
      field: "f".repeat(5_000),
      message: "m".repeat(5_000),
    }));
    const error = new RelayError("rejected", { message: "x".repeat(50_000), details });
    assert.ok(JSON.stringify(toItemError(error, { code: "x", message: "x" })).length < 16_000);
  });

  it("keeps the error's own words for the row", () => {
    const details = [{ field: "storeId", message: "is wrong." }];
    const verdict = settle(
      new RelayError("rejected", { message: "Refused.", hint: "Mend it.", details, source: "adjust" }),
      0,
      0.5,
    );
    assert.deepEqual(verdict, {
      kind: "end",
      status: "rejected",
      error: { code: "rejected", message: "Refused.", hint: "Mend it.", details },
    });
  });
});
