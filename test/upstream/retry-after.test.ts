import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseRetryAfter, retryAfterSeconds } from "../../functions/upstream/retry-after.ts";

const now = Date.UTC(2026, 0, 31, 12, 0, 0);

describe("Retry-After", () => {
  const rows: readonly [header: string | undefined, waitMs: number | undefined][] = [
    [undefined, undefined],
    ["", undefined],
    ["   ", undefined],
    ["0", 0],
    ["1", 1_000],
    [" 30 ", 30_000],
    ["3600", 3_600_000],
    // A second is a second up to here, a time from here on.
    ["100000000000", 1e14],
    ["1000000000", 1e12],
    [String(now + 2_500), 2_500],
    // A time that has passed asks for no wait.
    [String(now - 1), 0],
    ["9000000000000000", 9_000_000_000_000_000 - now],
    ["Sat, 31 Jan 2026 12:00:42 GMT", 42_000],
    ["Sat, 31 Jan 2026 11:59:00 GMT", 0],
    ["Sat, 31 Jan 2026 12:00:42", undefined],
    ["2026-01-31T12:00:42Z", undefined],
    ["Xxx, 99 Yyy 2026 99:99:99 GMT", undefined],
    ["-1", undefined],
    ["+5", undefined],
    ["1.5", undefined],
    ["1e9", undefined],
    ["0x10", undefined],
    ["soon", undefined],
    ["5, 10", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["9".repeat(17), undefined],
    ["9".repeat(5_000), undefined],
    ["٥", undefined],
  ];
  for (const [header, waitMs] of rows) {
    it(`${JSON.stringify(header?.slice(0, 40))} is ${waitMs === undefined ? "nothing" : `${waitMs} ms`}`, () => {
      assert.equal(parseRetryAfter(header, now), waitMs);
    });
  }

  it("is passed on in whole seconds, at least one and at most an hour", () => {
    for (const [ms, seconds] of [
      [0, 1],
      [1, 1],
      [1_000, 1],
      [1_001, 2],
      [59_999, 60],
      [3_600_000, 3_600],
      [1e12, 3_600],
    ] as const) {
      assert.equal(retryAfterSeconds(ms), seconds);
    }
  });
});
