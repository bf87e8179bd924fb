import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  askEnvironment,
  type EnvironmentVerdict,
  type EnvironmentWish,
  environmentProblem,
} from "../../functions/app-store-server/environment.ts";
import type { OriginName } from "../../functions/upstream/origins.ts";

const id = "300000000000001";

describe("Auto", () => {
  // Apple's endpoints with a transaction, original transaction or app transaction ID in their path.
  const withId = [
    `/inApps/v1/transactions/${id}`,
    `/inApps/v1/transactions/${id}/appAccountToken`,
    `/inApps/v1/transactions/${id}/finish`,
    `/inApps/v1/transactions/appTransactions/${id}`,
    `/inApps/v1/transactions/consumption/${id}`,
    `/inApps/v2/transactions/consumption/${id}`,
    `/inApps/v1/history/${id}`,
    `/inApps/v2/history/${id}`,
    `/inApps/v1/subscriptions/${id}`,
    `/inApps/v1/subscriptions/extend/${id}`,
    `/inApps/v2/refund/lookup/${id}`,
    `/advancedCommerce/v1/subscription/cancel/${id}`,
    `/advancedCommerce/v1/subscription/changeMetadata/${id}`,
    `/advancedCommerce/v1/subscription/changePrice/${id}`,
    `/advancedCommerce/v1/subscription/migrate/${id}`,
    `/advancedCommerce/v1/subscription/revoke/${id}`,
    `/advancedCommerce/v1/transaction/requestRefund/${id}`,
  ];
  for (const path of withId) {
    it(`exists for ${path}`, () => assert.equal(environmentProblem("Auto", path), undefined));
  }

  const without = [
    "/inApps/v1/lookup/MABCDEF123",
    "/inApps/v1/subscriptions/extend/mass",
    `/inApps/v1/subscriptions/extend/mass/com.example.plus/${id}`,
    "/inApps/v1/notifications/test",
    `/inApps/v1/notifications/test/${id}`,
    "/inApps/v1/notifications/history",
    "/inApps/v1/messaging/image/list",
    `/inApps/v1/messaging/image/${id}`,
    "/inApps/v1/messaging/realtime/url",
    `/externalPurchase/v1/reports/${id}`,
    "/externalPurchase/v1/reports",
    "/inApps/v1/transactions/",
    "/inApps/v1/transactions/abc",
    `/inApps/v1/transactions/${"1".repeat(21)}`,
    `/inApps/v1/transactions/${id}/other`,
    `/inApps/v3/history/${id}`,
    `/x/inApps/v1/transactions/${id}`,
  ];
  for (const path of without) {
    it(`does not exist for ${path}, a named environment does`, () => {
      assert.equal(environmentProblem("Auto", path)?.field, "environment");
      assert.equal(environmentProblem("Production", path), undefined);
      assert.equal(environmentProblem("Sandbox", path), undefined);
    });
  }
});

describe("The environment that is asked", () => {
  type Verdicts = Partial<Record<OriginName, EnvironmentVerdict>>;
  async function ask(wish: EnvironmentWish, verdicts: Verdicts) {
    const asked: OriginName[] = [];
    const result = await askEnvironment(
      wish,
      async (origin) => {
        asked.push(origin);
        return verdicts[origin] ?? assert.fail(`${origin} was not to be asked`);
      },
      (verdict) => verdict,
    );
    const failed = result.failed && {
      production: result.failed.production,
      sandbox: result.failed.sandbox,
    };
    return { asked: asked.length, environment: result.environment, failed };
  }
  const said = (status: number, errorCode?: string): EnvironmentVerdict => ({ status, errorCode });
  const rows: readonly [
    what: string,
    wish: EnvironmentWish,
    production: EnvironmentVerdict | undefined,
    sandbox: EnvironmentVerdict | undefined,
    environment: string,
    failed: { production: number; sandbox: number } | undefined,
  ][] = [
    ["production knows it", "Auto", said(200), undefined, "Production", undefined],
    ["only the sandbox knows it", "Auto", said(404, "4040010"), said(200), "Sandbox", undefined],
    ["production refuses the app", "Auto", said(401), said(200), "Sandbox", undefined],
    ["the sandbox accepts a write", "Auto", said(404, "4040010"), said(202), "Sandbox", undefined],
    [
      "neither knows it",
      "Auto",
      said(404, "4040010"),
      said(404, "4040010"),
      "Production",
      { production: 404, sandbox: 404 },
    ],
    [
      "neither accepts the key",
      "Auto",
      said(401),
      said(401),
      "Production",
      { production: 401, sandbox: 401 },
    ],
    [
      "the sandbox is down",
      "Auto",
      said(404, "4040010"),
      said(503),
      "Sandbox",
      { production: 404, sandbox: 503 },
    ],
    ["the sandbox is busy", "Auto", said(401), said(429), "Sandbox", { production: 401, sandbox: 429 }],
    ["another thing is not known", "Auto", said(404, "4040005"), undefined, "Production", undefined],
    ["404 has no code", "Auto", said(404), undefined, "Production", undefined],
    ["production is forbidden", "Auto", said(403), undefined, "Production", undefined],
    ["production fails", "Auto", said(500), undefined, "Production", undefined],
    ["production is busy", "Auto", said(429), undefined, "Production", undefined],
    ["production was named", "Production", said(404, "4040010"), undefined, "Production", undefined],
    ["the sandbox was named", "Sandbox", undefined, said(404, "4040010"), "Sandbox", undefined],
    ["the sandbox was named and refuses", "Sandbox", undefined, said(401), "Sandbox", undefined],
  ];
  for (const [what, wish, production, sandbox, environment, failed] of rows) {
    it(`where ${what} is ${environment}${failed ? ", after both" : ""}`, async () => {
      const verdicts: Verdicts = {
        ...(production && { "app-store-server": production }),
        ...(sandbox && { "app-store-server-sandbox": sandbox }),
      };
      const result = await ask(wish, verdicts);
      assert.deepEqual(result, { asked: Object.keys(verdicts).length, environment, failed });
    });
  }
});
