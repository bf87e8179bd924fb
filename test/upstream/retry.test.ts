import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FailureKind, UpstreamFailure } from "../../functions/upstream/failure.ts";
import { type AttemptResult, decideRetry, maxAttempts } from "../../functions/upstream/retry.ts";

const answer = (status: number, retryAfterMs?: number): AttemptResult => ({
  kind: "answer",
  status,
  retryAfterMs,
});
const failure = (kind: FailureKind, sent: boolean): AttemptResult => ({
  kind: "failure",
  failure: new UpstreamFailure(kind, "It failed.", { sent }),
});

/** A read in the middle of its time, unless said otherwise. `random` 0.5 takes half of the ceiling. */
function ask(result: AttemptResult, facts: Partial<Parameters<typeof decideRetry>[0]> = {}) {
  return decideRetry({
    result,
    repeatable: true,
    resendable: true,
    attempt: 1,
    leftMs: 90_000,
    random: 0.5,
    ...facts,
  });
}

describe("Whether an attempt is repeated", () => {
  const rows: readonly [what: string, result: AttemptResult, read: boolean, write: boolean][] = [
    ["200", answer(200), false, false],
    ["400", answer(400), false, false],
    ["401", answer(401), false, false],
    ["403", answer(403), false, false],
    ["404", answer(404), false, false],
    ["408", answer(408), true, false],
    ["409", answer(409), false, false],
    ["422", answer(422), false, false],
    ["429", answer(429), true, true],
    ["500", answer(500), true, false],
    ["502", answer(502), true, false],
    ["503", answer(503), true, false],
    ["504", answer(504), true, false],
    ["599", answer(599), true, false],
    ["a refused connection", failure("unreachable", false), true, true],
    ["a connection that broke after sending", failure("broken", true), true, false],
    ["a connection that broke before sending", failure("broken", false), true, true],
    ["an answer that was cut", failure("truncated", true), true, false],
    ["an answer that cannot be used", failure("malformed", true), false, false],
    ["the deadline, after sending", failure("deadline", true), false, false],
    ["the deadline, before sending", failure("deadline", false), false, false],
  ];
  for (const [what, result, read, write] of rows) {
    it(`${what}: ${read ? "read" : "no read"}, ${write ? "write" : "no write"}`, () => {
      assert.equal(ask(result).kind, read ? "again" : "stop");
      assert.equal(ask(result, { repeatable: false }).kind, write ? "again" : "stop");
      assert.equal(ask(result, { resendable: false }).kind, "stop");
      assert.equal(ask(result, { attempt: maxAttempts }).kind, "stop");
    });
  }

  it("four attempts are the most", () => {
    assert.equal(maxAttempts, 4);
    for (const attempt of [1, 2, 3]) assert.equal(ask(answer(503), { attempt }).kind, "again");
    for (const attempt of [4, 5]) assert.equal(ask(answer(503), { attempt }).kind, "stop");
  });
});

describe("How long it waits", () => {
  it("doubles a ceiling of half a second up to 8 s, with full jitter", () => {
    for (const [attempt, ceiling] of [
      [1, 500],
      [2, 1_000],
      [3, 2_000],
    ] as const) {
      assert.deepEqual(ask(answer(500), { attempt, random: 0.999_999 }), { kind: "again", waitMs: ceiling });
      assert.deepEqual(ask(answer(500), { attempt, random: 0.5 }), { kind: "again", waitMs: ceiling / 2 });
      // Never 0: the next attempt would meet the same moment.
      assert.deepEqual(ask(answer(500), { attempt, random: 0 }), { kind: "again", waitMs: 1 });
    }
  });

  it("never comes back before the time that the service names, on any status", () => {
    for (const status of [429, 503]) {
      for (const random of [0, 0.5, 0.999]) {
        const decision = ask(answer(status, 7_000), { random });
        assert.equal(decision.kind, "again");
        assert.ok(decision.kind === "again" && decision.waitMs >= 7_000 && decision.waitMs <= 7_500);
      }
    }
  });

  it("tells the caller at once when the service names a time past the deadline", () => {
    assert.deepEqual(ask(answer(429, 90_001)), { kind: "late", waitMs: 90_001 });
    assert.deepEqual(ask(answer(429, 1e12)), { kind: "late", waitMs: 1e12 });
    assert.deepEqual(ask(answer(429, 5_000), { leftMs: 0 }), { kind: "late", waitMs: 5_000 });
  });

  it("stops when its own wait would outlast the deadline", () => {
    assert.deepEqual(ask(answer(500), { leftMs: 250 }), { kind: "stop" });
    assert.deepEqual(ask(answer(500), { leftMs: 251 }), { kind: "again", waitMs: 250 });
    assert.deepEqual(ask(failure("broken", true), { leftMs: 0 }), { kind: "stop" });
  });

  it("takes a wait of 0 for what it is, plus jitter", () => {
    assert.deepEqual(ask(answer(429, 0)), { kind: "again", waitMs: 250 });
  });
});
