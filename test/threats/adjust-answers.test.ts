/** Answers of Adjust's that go well and hold the token all the same: it stands in none of ours. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sweep, watch } from "../support/canary.ts";
import { startRelay } from "../support/relay.ts";

const appToken = "hk1ios2game3";
const ticketToken = "7d5c6b1e-0000-4000-8000-000000000001";

/** Operations that take texts out of Adjust's answers, each with an answer that holds `token` in every text of it. */
const answers = (
  token: string,
): readonly (readonly [id: string, input: Record<string, unknown>, body: object | string])[] => [
  ["ForgetAdjustDevice", { appToken, adid: "abcdef0123456789", confirm: true }, `Forgot device ${token}`],
  ["ForgetAdjustDevice", { appToken, adid: "abcdef0123456789", confirm: true }, { status: token }],
  [
    "CreateAdjustDeepLinks",
    { links: [{ linkToken: "abc123" }, { linkToken: "abc124" }, { linkToken: "abc125" }] },
    { data: [{ error: `not ${token}` }, { message: token }, { detail: token }] },
  ],
  [
    "GetAdjustReport",
    { lastDays: 7, dimensions: ["day"], metrics: ["installs"] },
    {
      rows: [{ day: "2026-01-01", installs: "1" }],
      totals: { installs: 1 },
      warnings: [token, { text: token }],
    },
  ],
  [
    "UpdateAdjustApp",
    { appToken, name: "x", storeId: "1480000001", bundleId: "com.example.a" },
    { adjust_app_token: token, name: token, bundle_id: token, store_id: token, ticket_token: token },
  ],
  [
    "CreateOrUpdateAdjustApp",
    { name: "x", storeId: "1480000001", bundleId: "com.example.a", platform: "ios" },
    { adjust_app_token: token, name: token, bundle_id: token, ticket_token: token, sk_app_id: token },
  ],
  [
    "GetAdjustJob",
    { ticketToken },
    {
      status: `at ${token}`,
      kind: token,
      result: { [token]: { successes: [token], failures: [{ name: token, detail: token }] }, x: token },
    },
  ],
  [
    "CreateOrUpdateAdjustEvents",
    { appTokens: [appToken], events: [{ name: "win" }, { name: "lose" }] },
    {
      successes: [{ app_token: appToken, event: { name: "win", token } }],
      failures: [{ app_token: appToken, name: "lose", details: token }],
    },
  ],
];

describe("The Adjust token", () => {
  it("stands in no answer, whatever Adjust writes where all went well", async () => {
    await using relay = await startRelay();
    const token = watch("the Adjust token", relay.demo.vault["demo-adjust"]?.value ?? "");
    for (const [id, input, body] of answers(token)) {
      relay.simulator.reset();
      const fault = { kind: "status", status: 200, body: JSON.parse(JSON.stringify(body)) } as const;
      relay.simulator.faults.add({ times: Number.POSITIVE_INFINITY, fault });
      const { status, text } = await relay.call(id, { input });
      assert.equal(status, 200, `${id}: ${text}`);
      assert.match(text, /\[redacted\]/, id);
      // What is put into lower case is no secret any more, and still nobody's business.
      assert.ok(!text.toLowerCase().includes(token.toLowerCase()), id);
      sweep([{ label: id, text }]);
    }
  });
});
