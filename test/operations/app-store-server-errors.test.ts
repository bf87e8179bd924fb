/** Apple's error codes: their names, what to do about them, and which may pass. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  appStoreServerErrors,
  errorMeaning,
  retryableCodes,
} from "../../functions/app-store-server/error-codes.ts";
import { advancedCommerceErrors } from "../../functions/app-store-server/error-codes-advanced-commerce.ts";
import { startRelay } from "../support/relay.ts";

const rows = [...Object.entries(appStoreServerErrors), ...Object.entries(advancedCommerceErrors)];

describe("Apple's error codes", () => {
  it("stand in one table each", () => {
    assert.ok(rows.length > 150);
    assert.equal(new Set(rows.map(([code]) => code)).size, rows.length);
  });

  it("have a status, a name of Apple's form and a sentence that says what to do", () => {
    for (const [code, [name, hint]] of rows) {
      assert.match(code, /^(400|401|403|404|409|429|500)\d{4}$/);
      assert.match(name, /^[A-Z][A-Za-z]+Error$/, code);
      assert.match(hint, /^[A-Z].{8,}\.$/, code);
    }
  });

  it("are retryable where Apple says so, and nowhere else", () => {
    assert.deepEqual([...retryableCodes].sort(), [4040002, 4040004, 4040006, 5000001]);
    assert.equal(errorMeaning("4040006")?.retryable, true);
    assert.equal(errorMeaning("4040005")?.retryable, false);
  });

  it("that nobody knows mean nothing", () => {
    for (const code of ["4009999", "toString", "__proto__", "40400100", ""]) {
      assert.equal(errorMeaning(code), undefined);
    }
  });

  const input = { transactionId: "300000000001001", bundleId: "com.example.harborkings" };

  for (const [code, status, ours, answered] of [
    [4040002, 404, "upstream_unavailable", 502],
    [4040004, 404, "upstream_unavailable", 502],
    [4040006, 404, "upstream_unavailable", 502],
    [4040001, 404, "not_found", 404],
    [4030005, 403, "upstream_forbidden", 403],
    [4090000, 409, "rejected", 409],
    [4000185, 400, "rejected", 422],
  ] as const) {
    it(`${code} is ${ours}, with its name and its hint`, async () => {
      await using relay = await startRelay();
      const body = { errorCode: code, errorMessage: "As Apple says it." };
      relay.simulator.faults.add({ fault: { kind: "status", status, body } });
      const { status: said, error } = await relay.call("FinishTransaction", { input });
      assert.deepEqual(
        [said, error?.code, error?.outcome, error?.upstream?.code],
        [answered, ours, "none", String(code)],
      );
      assert.equal(error?.retryable, retryableCodes.has(code));
      const [name, hint] = appStoreServerErrors[code] ?? assert.fail();
      assert.ok(error?.message.includes(name) && error.message.includes("As Apple says it."));
      assert.equal(error?.hint, hint);
    });
  }

  it("each reach whoever made the call, by the table", async () => {
    await using relay = await startRelay({ unlimited: true });
    const byStatus: Readonly<Record<number, [code: string, status: number]>> = {
      400: ["rejected", 422],
      401: ["credential_rejected", 502],
      403: ["upstream_forbidden", 403],
      404: ["not_found", 404],
      409: ["rejected", 409],
    };
    let told = 0;
    for (const [code, [name, hint]] of rows) {
      const status = Number(code.slice(0, 3));
      // What is tried again, and the fresh token of a 401, have tests of their own.
      const expected = byStatus[status];
      if (!expected || status === 401) continue;
      const [ours, answered] = retryableCodes.has(Number(code)) ? ["upstream_unavailable", 502] : expected;
      const body = { errorCode: Number(code), errorMessage: "As Apple says it." };
      relay.simulator.faults.add({ fault: { kind: "status", status, body } });
      const { status: said, error } = await relay.call("GetTransaction", {
        input: { ...input, environment: "Production" },
      });
      assert.deepEqual(
        [said, error?.code, error?.source, error?.upstream?.code, error?.hint, error?.outcome],
        [answered, ours, "app-store-server", code, hint, "none"],
      );
      assert.ok(error?.message.includes(name), code);
      told += 1;
    }
    assert.ok(told > 150);
  });

  it("of what no credential would change do not blame the credential", async () => {
    await using relay = await startRelay();
    const body = { errorCode: 4030005, errorMessage: "Twice already." };
    relay.simulator.faults.add({ fault: { kind: "status", status: 403, body } });
    const { error } = await relay.call("FinishTransaction", { input });
    assert.doesNotMatch(error?.message ?? "", /credential/);
    assert.match(error?.message ?? "", /^The App Store Server API does not allow this\. /);
  });

  it("that are new pass as they are", async () => {
    await using relay = await startRelay();
    const body = { errorCode: 4009999, errorMessage: "New." };
    relay.simulator.faults.add({ fault: { kind: "status", status: 400, body } });
    const { error } = await relay.call("FinishTransaction", { input });
    assert.deepEqual([error?.code, error?.upstream?.code], ["rejected", "4009999"]);
  });

  it("of a rate limit carry the wait, which Apple states as a UNIX time in milliseconds", async () => {
    await using relay = await startRelay();
    const headers = { "retry-after": String(Date.now() + 300_000) };
    const body = { errorCode: 4290000, errorMessage: "Rate limit exceeded." };
    relay.simulator.faults.add({ fault: { kind: "status", status: 429, headers, body } });
    const { status, headers: answered, error } = await relay.call("FinishTransaction", { input });
    assert.deepEqual([status, error?.code, error?.retryable], [429, "rate_limited", true]);
    const seconds = Number(answered["retry-after"]);
    assert.ok(seconds > 290 && seconds <= 300, String(seconds));
    assert.match(error?.message ?? "", /RateLimitExceededError/);
  });
});
