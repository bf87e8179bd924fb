import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { findExample, toFacts, type Values } from "../support/catalogue.ts";
import { type Evil, startEvil } from "../support/evil.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";

/** Writes that are idempotent by their nature: sending them again after a 502 does no harm. */
const upserts = [
  "CreateOrUpdateAdjustApp",
  "UpdateAdjustApp",
  "CreateOrUpdateAdjustEvents",
  "UpdateAdjustLink",
  "UpdateAdjustDeepLink",
  "SetAppAccountToken",
  "FinishTransaction",
  "SendConsumption",
  "SendConsumptionV1",
  "MassExtendRenewalDates",
  "SetDefaultRetentionMessage",
  "SetRealtimeUrl",
];

interface Case {
  id: string;
  method: string;
  facts: CallFacts;
  /** Whether the upstream is asked to change something. */
  writes: boolean;
  raw: boolean;
}

describe("a redirect of an upstream", () => {
  let relay: Relay;
  let evil: Evil;
  const cases: Case[] = [];

  before(async () => {
    relay = await startRelay({ unlimited: true });
    evil = await startEvil();
    for (const operation of catalogue) {
      const values = await findExample(operation, (facts) => relay.call(operation.id, facts));
      for (const [method, facts] of spellings(operation, values)) {
        relay.simulator.requests.length = 0;
        await relay.call(operation.id, facts);
        const [sent] = relay.simulator.requests;
        if (!sent) continue;
        // Apple has a history read by POST.
        const reads = sent.method === "GET" || (operation.kind === "typed" && operation.safe);
        cases.push({
          id: operation.id,
          method,
          facts,
          writes: !reads && !upserts.includes(operation.id),
          raw: operation.kind === "raw",
        });
      }
    }
  });
  after(() => Promise.all([relay?.close(), evil?.close()]));

  it("is met by every operation that calls an upstream", () => {
    const ids = new Set(cases.map(({ id }) => id));
    const without = catalogue.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
    assert.deepEqual(without, [
      // Their calls are made by the queue's worker, or there are none.
      "GetPricePlan",
      "ListPricePlanItems",
      "ListPricePlanRows",
      "GetPricePlanCsv",
      "ApplyPricePlan",
      "PlanPriceRestore",
      "BackfillNotifications",
      "DecodeSignedPayload",
      "CreateOrUpdateAdjustApps",
      "ListJobs",
      "GetJob",
      "CancelJob",
      "ListJobItems",
      "SubscribeToAppStoreNotifications",
      "SubscribeToAppStoreConnectEvents",
      "SubscribeToAdjustCallbacks",
      "ListEventSubscriptions",
      "ListEventDeliveries",
      "RedeliverEvent",
      "ListEvents",
      "GetEvent",
      "ListCredentials",
      "LookUpAppStoreConnectEventTypes",
      "LookUpJobs",
      "DescribeAdjustReport",
      "LookUpCredentials",
      "LookUpEventSubscriptions",
      "LookUpEventTypes",
      "LookUpBundleIds",
      "DeleteEventSubscription",
      "GetJobResult",
      // Answer their own 404 to whoever has no token.
      "GetAdjustJobResult",
      "GetMassExtensionResult",
      "GetTestNotificationResult",
    ]);
    assert.ok(
      cases.some(({ writes, raw }) => writes && raw) && cases.some(({ writes, raw }) => writes && !raw),
    );
  });

  it("is never followed: no header and no body goes anywhere, and nobody learns where it led", async () => {
    for (const { id, method, facts, writes, raw } of cases) {
      for (const status of [300, 301, 302, 303, 304, 305, 306, 307, 308, 399]) {
        const places = [
          `${evil.origin}/v1/apps`,
          "/v1/users",
          `${relay.simulator.urls.appStoreConnect}/v1/users`,
          "",
        ];
        for (const location of places) {
          relay.simulator.reset();
          relay.simulator.faults.add({
            times: Number.POSITIVE_INFINITY,
            fault: { kind: "redirect", status, location },
          });
          const answer = await relay.call(id, facts);
          const label = `${id} ${method} met ${status} to ${location}: ${answer.text.slice(0, 300)}`;
          if (id === "TestConnection") {
            assert.match(answer.text, /"ok":false/, label);
          } else if (writes && !raw) {
            // A redirect may come after the change was made, and flows repeat a 502.
            assert.equal(answer.status, 409, label);
            assert.equal(answer.error?.code, "outcome_unknown", label);
          } else {
            assert.equal(answer.status, 502, label);
            assert.equal(answer.error?.code, "bad_upstream_response", label);
            assert.equal(answer.error?.outcome, writes ? "unknown" : "none", label);
          }
          assert.equal(answer.headers.location, undefined, label);
          assert.ok(!answer.text.includes(evil.host) && !answer.text.includes("v1/users"), label);
          const sent = relay.simulator.requests;
          if (id !== "TestConnection") assert.equal(sent.length, 1, label);
          assert.ok(
            sent.every(({ url }) => !url.startsWith("/v1/users")),
            `${label}: followed`,
          );
        }
      }
    }
    assert.deepEqual(evil.contacts, []);
  });
});

/** A call of each method that the operation can be told to send. */
function spellings(operation: (typeof catalogue)[number], values: Values): [string, CallFacts][] {
  const facts = toFacts(operation, values);
  const methods = ["GET", "POST", "PATCH", "PUT", "DELETE"];
  if (operation.kind === "raw") {
    return operation.methods.map((method) => [
      method,
      method === "GET" ? facts : { ...facts, method, body: { data: {} } },
    ]);
  }
  if (!("method" in operation.input.properties)) return [[operation.methods[0], facts]];
  return methods.map((method) => [
    method,
    { input: { ...facts.input, method, ...(method !== "GET" && { body: { data: {} } }) } },
  ]);
}
