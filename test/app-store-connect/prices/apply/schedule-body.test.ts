import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scheduleBody } from "../../../../functions/app-store-connect/prices/apply/schedule-body.ts";
import type { PriceSchedule } from "../../../../functions/app-store-connect/prices/model.ts";
import { appItself, purchase } from "../read/support.ts";

const schedule: PriceSchedule = {
  baseTerritory: "USA",
  manual: new Map([
    [
      "USA",
      [
        { startDate: null, endDate: "2026-12-24", point: { id: "usa-1", price: "4.99" } },
        { startDate: "2026-12-24", endDate: null, point: { id: "usa-2", price: "3.99" } },
      ],
    ],
    ["GBR", [{ startDate: null, endDate: "2026-12-31", point: { id: "gbr-1", price: "3.49" } }]],
  ]),
};

describe("The body that sets a price schedule", () => {
  it("of an in-app purchase names it in every price, as Apple's own example does", () => {
    const item = { data: { type: "inAppPurchases", id: "6700000001" } };
    const price = (place: number, startDate: string | null, endDate: string | null, id: string) => ({
      type: "inAppPurchasePrices",
      id: `\${price-${place}}`,
      attributes: { startDate, endDate },
      relationships: {
        inAppPurchasePricePoint: { data: { type: "inAppPurchasePricePoints", id } },
        inAppPurchaseV2: item,
      },
    });
    assert.deepEqual(scheduleBody(purchase("6700000001"), schedule), {
      data: {
        type: "inAppPurchasePriceSchedules",
        relationships: {
          inAppPurchase: item,
          baseTerritory: { data: { type: "territories", id: "USA" } },
          manualPrices: {
            data: [0, 1, 2].map((place) => ({ type: "inAppPurchasePrices", id: `\${price-${place}}` })),
          },
        },
      },
      included: [
        price(0, null, "2026-12-24", "usa-1"),
        price(1, "2026-12-24", null, "usa-2"),
        price(2, null, "2026-12-31", "gbr-1"),
      ],
    });
  });

  it("of an app has the names of apps, and no item in its prices", () => {
    const only: PriceSchedule = { ...schedule, manual: new Map([["GBR", schedule.manual.get("GBR") ?? []]]) };
    assert.deepEqual(scheduleBody(appItself("1480000002"), only), {
      data: {
        type: "appPriceSchedules",
        relationships: {
          app: { data: { type: "apps", id: "1480000002" } },
          baseTerritory: { data: { type: "territories", id: "USA" } },
          manualPrices: { data: [{ type: "appPrices", id: "${price-0}" }] },
        },
      },
      included: [
        {
          type: "appPrices",
          id: "${price-0}",
          attributes: { startDate: null, endDate: "2026-12-31" },
          relationships: { appPricePoint: { data: { type: "appPricePoints", id: "gbr-1" } } },
        },
      ],
    });
  });

  it("is not made for a subscription, which has no schedule", () => {
    assert.throws(
      () => scheduleBody({ ...purchase("6730000001"), kind: "subscription" }, schedule),
      TypeError,
    );
  });
});
