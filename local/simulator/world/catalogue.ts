import type { JsonObject } from "../core/json.ts";
import type { Resource, ResourceStore } from "./resources.ts";
import { territories } from "./territories.ts";

interface AppFacts {
  id: string;
  name: string;
  bundleId: string;
  sku: string;
  version: string;
  /** `READY_FOR_DISTRIBUTION` is what the App Store calls released. */
  state: string;
  purchases: readonly Resource[];
  subscriptionGroups: readonly GroupFacts[];
}

/** A subscription group, its subscriptions from the highest level on. */
interface GroupFacts {
  id: string;
  name: string;
  subscriptions: readonly Resource[];
}

/** Approved unless it says otherwise. */
function subscription(id: number, attributes: JsonObject): Resource {
  return {
    type: "subscriptions",
    id: String(id),
    attributes: { familySharable: false, state: "APPROVED", reviewNote: null, ...attributes },
    relationships: {},
  };
}

function purchase(id: number, attributes: JsonObject): Resource {
  return {
    type: "inAppPurchases",
    id: String(id),
    attributes: { state: "APPROVED", familySharable: false, contentHosting: false, ...attributes },
    relationships: { inAppPurchaseLocalizations: [`${id}-en`], inAppPurchaseAvailability: String(id) },
  };
}

/** 160 consumables, 60 non-consumables and 20 passes: more than one page of 200. */
function harborKingsPurchases(): Resource[] {
  const bundle = "com.example.harborkings";
  return Array.from({ length: 240 }, (_, index) => {
    const number = index + 1;
    const id = 6_700_000_000 + number;
    if (number <= 160) {
      const attributes = { name: `${number * 50} Gems`, productId: `${bundle}.gems.${number}` };
      return purchase(id, {
        ...attributes,
        inAppPurchaseType: "CONSUMABLE",
        reviewNote: "Shown in the harbor shop.",
      });
    }
    if (number <= 220) {
      const attributes = { name: `Ship ${number - 160}`, productId: `${bundle}.ship.${number - 160}` };
      return purchase(id, { ...attributes, inAppPurchaseType: "NON_CONSUMABLE", familySharable: true });
    }
    const attributes = { name: `Season Pass ${number - 220}`, productId: `${bundle}.pass.${number - 220}` };
    const state = number > 236 ? "READY_TO_SUBMIT" : "APPROVED";
    return purchase(id, { ...attributes, state, inAppPurchaseType: "NON_RENEWING_SUBSCRIPTION" });
  });
}

function stillwaterPurchases(): Resource[] {
  const names = ["Rain Sounds", "Forest Sounds", "Sleep Stories", "Singing Bowls"];
  return names.map((name, index) => {
    const productId = `com.example.stillwater.${name.toLowerCase().replace(" ", ".")}`;
    return purchase(6_710_000_001 + index, { name, productId, inAppPurchaseType: "NON_CONSUMABLE" });
  });
}

function stillwaterPlus(): Resource[] {
  const plus = "com.example.stillwater.plus";
  return [
    subscription(6_730_000_001, {
      name: "Plus, yearly",
      productId: `${plus}.yearly`,
      subscriptionPeriod: "ONE_YEAR",
      groupLevel: 1,
    }),
    subscription(6_730_000_002, {
      name: "Plus, monthly",
      productId: `${plus}.monthly`,
      subscriptionPeriod: "ONE_MONTH",
      groupLevel: 1,
    }),
    // Never submitted, and without a price.
    subscription(6_730_000_003, {
      name: "Plus, weekly",
      productId: `${plus}.weekly`,
      subscriptionPeriod: "ONE_WEEK",
      groupLevel: 2,
      state: "READY_TO_SUBMIT",
    }),
  ];
}

function harborClub(): Resource[] {
  return [
    subscription(6_731_000_001, {
      name: "Harbor Club, monthly",
      productId: "com.example.harborkings.club.monthly",
      subscriptionPeriod: "ONE_MONTH",
      groupLevel: 1,
    }),
  ];
}

function stickersPurchases(): Resource[] {
  const productId = "com.example.harborkings.stickers.gulls";
  const attributes = {
    name: "Gulls",
    productId,
    inAppPurchaseType: "NON_CONSUMABLE",
    state: "MISSING_METADATA",
  };
  return [purchase(6_720_000_001, attributes)];
}

function addApp(store: ResourceStore, facts: AppFacts): void {
  const versionId = `${facts.id}-v1`;
  store.put({
    type: "apps",
    id: facts.id,
    attributes: {
      name: facts.name,
      bundleId: facts.bundleId,
      sku: facts.sku,
      primaryLocale: "en-US",
      isOrEverWasMadeForKids: false,
      subscriptionStatusUrl: null,
      subscriptionStatusUrlVersion: null,
      subscriptionStatusUrlForSandbox: null,
      subscriptionStatusUrlVersionForSandbox: null,
      contentRightsDeclaration: "DOES_NOT_USE_THIRD_PARTY_CONTENT",
      streamlinedPurchasingEnabled: true,
    },
    relationships: {
      inAppPurchasesV2: facts.purchases.map(({ id }) => id),
      subscriptionGroups: facts.subscriptionGroups.map(({ id }) => id),
      appStoreVersions: [versionId],
      betaLicenseAgreement: facts.id,
    },
  });
  store.put({
    type: "appStoreVersions",
    id: versionId,
    attributes: { platform: "IOS", versionString: facts.version, appVersionState: facts.state },
    relationships: { app: facts.id },
  });
  store.put({
    type: "betaLicenseAgreements",
    id: facts.id,
    attributes: { agreementText: "Testers keep what they see to themselves." },
    relationships: { app: facts.id },
  });
  for (const item of facts.purchases) addPurchase(store, item);
  for (const group of facts.subscriptionGroups) addGroup(store, group);
}

function addGroup(store: ResourceStore, { id, name, subscriptions }: GroupFacts): void {
  store.put({
    type: "subscriptionGroups",
    id,
    attributes: { referenceName: name },
    relationships: { subscriptions: subscriptions.map((item) => item.id) },
  });
  for (const item of subscriptions) store.put({ ...item, relationships: { group: id } });
}

function addPurchase(store: ResourceStore, item: Resource): void {
  store.put(item);
  store.put({
    type: "inAppPurchaseLocalizations",
    id: `${item.id}-en`,
    attributes: { name: item.attributes.name, locale: "en-US", description: "", state: "APPROVED" },
    relationships: { inAppPurchaseV2: item.id },
  });
  store.put({
    type: "inAppPurchaseAvailabilities",
    id: item.id,
    attributes: { availableInNewTerritories: true },
    relationships: { availableTerritories: territories.map(({ id }) => id) },
  });
}

/** Puts the apps, their in-app purchases, the territories and the users of the default world into the store. */
export function fillCatalogue(store: ResourceStore): void {
  addApp(store, {
    id: "1480000001",
    name: "Harbor Kings",
    bundleId: "com.example.harborkings",
    sku: "HARBOR-KINGS-1",
    version: "3.4.0",
    state: "READY_FOR_DISTRIBUTION",
    purchases: harborKingsPurchases(),
    subscriptionGroups: [{ id: "21500002", name: "Harbor Club", subscriptions: harborClub() }],
  });
  addApp(store, {
    id: "1480000002",
    name: "Stillwater: Meditation",
    bundleId: "com.example.stillwater",
    sku: "STILLWATER-1",
    version: "1.12.1",
    state: "READY_FOR_DISTRIBUTION",
    purchases: stillwaterPurchases(),
    subscriptionGroups: [{ id: "21500001", name: "Stillwater Plus", subscriptions: stillwaterPlus() }],
  });
  addApp(store, {
    id: "1480000003",
    name: "Harbor Kings Stickers",
    bundleId: "com.example.harborkings.stickers",
    sku: "HARBOR-STICKERS-1",
    version: "1.0",
    state: "PREPARE_FOR_SUBMISSION",
    purchases: stickersPurchases(),
    subscriptionGroups: [],
  });
  for (const { id, currency } of territories)
    store.put({ type: "territories", id, attributes: { currency }, relationships: {} });
  store.put({
    type: "users",
    id: "c1f0e7a2-6f43-4f0e-9a52-1d2f3b4c5d6e",
    attributes: {
      username: "ada@example.com",
      firstName: "Ada",
      lastName: "Marsh",
      roles: ["ADMIN"],
      allAppsVisible: true,
      provisioningAllowed: true,
    },
    relationships: { visibleApps: [] },
  });
}
