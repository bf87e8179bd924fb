import assert from "node:assert/strict";
import { it } from "node:test";
import { startTestAzurite } from "../../../support/azurite.ts";
import { canary } from "../../../support/canary.ts";
import { buildApp, settingsOf } from "../../../support/function-app.ts";
import { startHostProcess } from "../../../support/host-process.ts";
import { startRelay } from "../../../support/relay.ts";
import { meddle, pricesOf } from "./sale.ts";

const app = "1480000001";

it("guards of a function app hold what is asked of prices, and its raw writes can be switched off", async (t) => {
  await using azurite = await startTestAzurite();
  const { connectionString } = azurite;
  await using relay = await startRelay({ storage: { kind: "connection-string", connectionString } });
  const { simulator } = relay;
  const built = await buildApp();
  t.after(() => built.close());
  const host = await startHostProcess({
    bundle: built.bundle,
    key: canary("function-key"),
    settings: {
      ...settingsOf(relay),
      AzureWebJobsStorage: connectionString,
      PRICE_MAX_ITEMS: "3",
      PRICE_MAX_CHANGE_PERCENT: "40",
      "AzureWebJobs.RelayWriteAppStoreConnect.Disabled": "true",
    },
  });
  t.after(() => host.end("SIGKILL"));
  const send = async (target: string, body: unknown) => {
    const response = await host.fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { response, json: Object(await response.json().catch(() => ({}))) };
  };
  const plan = (changes: readonly unknown[]) => send("/app-store-connect/prices/plan", { changes });
  const old = pricesOf(simulator);
  const change = (product: number, price: string) => ({
    app,
    product: String(6_700_000_000 + product),
    price,
  });

  // Too many products: refused as a whole, before Apple is asked.
  const many = await plan([5, 6, 7, 8].map((number) => change(number, "4.99")));
  assert.deepEqual([many.response.status, many.json.error?.code], [400, "invalid_input"]);
  assert.match(many.json.error.details[0].message, /PRICE_MAX_ITEMS/);
  assert.equal(simulator.requestsTo("appStoreConnect").length, 0);

  // Too large a change: its product is rejected, beside one that is not.
  const large = await plan([change(5, "1.99"), change(6, "5.99")]);
  assert.equal(large.response.status, 200, JSON.stringify(large.json));
  const [cut, small] = large.json.items;
  assert.deepEqual([cut.status, cut.error?.code, small.status], ["rejected", "change_too_large", "changed"]);
  assert.match(cut.error.message, /PRICE_MAX_CHANGE_PERCENT/);

  // Changed by somebody else after it was planned: nothing is sent for it.
  meddle(simulator, "6700000006");
  const meddledWith = pricesOf(simulator);
  const applied = await send("/app-store-connect/prices/apply", { planId: large.json.planId });
  assert.equal(applied.response.status, 202);
  const location = applied.response.headers.get("location") ?? "";
  let result = await fetch(location);
  while (result.status === 202) result = await fetch(location);
  const { items, summary } = Object(await result.json());
  assert.deepEqual(
    items.map((item: Record<string, unknown>) => [item.status, item.errorCode]),
    [
      ["rejected", "change_too_large"],
      ["rejected", "schedule_changed"],
    ],
  );
  assert.deepEqual([summary.rejected, summary.applied], [2, 0]);

  // Around the plan: what would replace a schedule is not there, and neither is any other raw write.
  for (const method of ["POST", "PATCH", "PUT", "DELETE"]) {
    const raw = await host.fetch("/relay/app-store-connect/v1/inAppPurchasePriceSchedules", {
      method,
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    assert.equal(raw.status, 404, method);
  }
  const read = await host.fetch("/relay/app-store-connect/v1/apps?limit=1");
  assert.equal(read.status, 200, "Reading goes on.");
  assert.ok(simulator.requests.every(({ method }) => method === "GET"));
  assert.deepEqual(pricesOf(simulator), meddledWith);
  assert.notDeepEqual(meddledWith, old);
  assert.equal(await host.end("SIGTERM"), 0);
});
