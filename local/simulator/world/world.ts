import { type AdjustState, createAdjustState } from "./adjust.ts";
import { fillCatalogue } from "./catalogue.ts";
import { addCustomers, addTesters } from "./customers.ts";
import { fillPrices } from "./prices/fill.ts";
import { createPriceState, type PriceState } from "./prices/state.ts";
import { ResourceStore } from "./resources.ts";
import { createProduction, createSandbox, type ServerEnvironment } from "./transactions.ts";

/*
 * What the default world holds, by the ids that documentation may name:
 *
 * | what | id |
 * | --- | --- |
 * | app Harbor Kings, 240 in-app purchases and a subscription group | 1480000001, com.example.harborkings |
 * | app Stillwater: Meditation, 4 in-app purchases and a subscription group | 1480000002, com.example.stillwater |
 * | app Harbor Kings Stickers, 1 in-app purchase, never released | 1480000003, com.example.harborkings.stickers |
 * | in-app purchases of Harbor Kings | 6700000001 to 6700000240, com.example.harborkings.gems.1 … |
 * | in-app purchases of Stillwater | 6710000001 to 6710000004 |
 * | subscriptions of Stillwater: yearly, monthly, and one never approved | 6730000001 to 6730000003 |
 * | a subscription of Harbor Kings | 6731000001 |
 * | an active yearly subscription (Stillwater), production | transaction 300000000000002, original 300000000000001 |
 * | 45 purchases of one customer (Harbor Kings), production | transactions 300000000001001 to 300000000001045 |
 * | an expired subscription with a refund (Stillwater), production | transaction 300000000002001 |
 * | an active monthly subscription (Stillwater), sandbox | transaction 2000000000000001 |
 * | a purchase in the app never released (Stickers), sandbox | transaction 2000000000003001 |
 * | customers in each state of a subscription, and one with refunds | customers.ts |
 * | Adjust apps made by its API: Harbor Kings iOS, Android; Stillwater iOS | hk1ios2game3, hk9and8game7, sw4ios5calm6 |
 * | Adjust apps made in its dashboard: the template, one more | tmpl0app0set, dash0only0ap |
 * | vendor number of sales reports | 85000000 |
 *
 * The bundle ID of Harbor Kings is the beginning of that of its stickers, and gems.1 that of gems.10, so that a
 * filter that Apple matches loosely finds more than was asked for.
 */

/** Budgets of App Store Connect. A rolling hour per key, and a rolling minute on writes. */
export interface RateLimits {
  hour: number;
  minute: number;
  /** Sends the two maps as two headers, as some endpoints do. */
  repeatHeader: boolean;
  /** Seconds in `Retry-After` of a 429; not documented by Apple, so absent by default. */
  retryAfterSeconds?: number;
}

/** The state of the three services. Plain, in memory, and the test's to read and change. */
export interface World {
  appStoreConnect: {
    resources: ResourceStore;
    prices: PriceState;
    /** Secrets of webhooks by the webhook's id: Apple takes them and never shows them. */
    webhookSecrets: Map<string, string>;
    limits: RateLimits;
    /** Makes every call answer 403, as after Apple changed an agreement that nobody accepted yet. */
    agreementMissing: boolean;
    /** Number that sales reports are asked with. */
    vendorNumber: string;
    /** Report texts (tab separated, not compressed) by `frequency reportDate`. */
    salesReports: Map<string, string>;
  };
  appStoreServer: {
    production: ServerEnvironment;
    sandbox: ServerEnvironment;
    /** Apple IDs by bundle ID, for every app that the servers know. */
    apps: Map<string, { appAppleId: number; releasedInProduction: boolean }>;
    /** Applies Apple's published limits per app, endpoint and second. */
    enforceRateLimits: boolean;
  };
  adjust: AdjustState;
}

/**
 * The default world. Ids never change; dates hang on `now` (milliseconds), so that an active subscription is active.
 */
export function createWorld(now: number): World {
  const resources = new ResourceStore();
  fillCatalogue(resources);
  const prices = createPriceState();
  fillPrices(prices, now);
  const [production, sandbox] = [createProduction(now), createSandbox(now)];
  addCustomers(production, now);
  addTesters(sandbox, now);
  return {
    appStoreConnect: {
      resources,
      prices,
      webhookSecrets: new Map(),
      // The published budget of an hour, and the one seen on writes.
      limits: { hour: 3_500, minute: 250, repeatHeader: false },
      agreementMissing: false,
      vendorNumber: "85000000",
      salesReports: new Map([
        ["DAILY 2026-11-20", salesReport("11/20/2026", 412)],
        ["DAILY 2026-11-21", salesReport("11/21/2026", 388)],
        ["MONTHLY 2026-10", salesReport("10/01/2026", 11_204)],
      ]),
    },
    appStoreServer: {
      production,
      sandbox,
      apps: new Map([
        ["com.example.harborkings", { appAppleId: 1480000001, releasedInProduction: true }],
        ["com.example.stillwater", { appAppleId: 1480000002, releasedInProduction: true }],
        ["com.example.harborkings.stickers", { appAppleId: 1480000003, releasedInProduction: false }],
      ]),
      enforceRateLimits: false,
    },
    adjust: createAdjustState(now),
  };
}

function salesReport(date: string, units: number): string {
  const columns = ["Provider", "SKU", "Title", "Units", "Begin Date", "Apple Identifier"];
  const row = ["APPLE", "HARBOR-KINGS-1", "Harbor Kings", String(units), date, "1480000001"];
  return `${columns.join("\t")}\n${row.join("\t")}\n`;
}
