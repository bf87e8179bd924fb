import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { Ajv } from "ajv";
import { catalogue } from "../../functions/catalogue.ts";
import { fanOut } from "../../functions/events/fan-out.ts";
import { eventKey } from "../../functions/events/id.ts";
import { createWorker } from "../../functions/jobs/worker.ts";
import type { TypedOperation } from "../../functions/operation.ts";
import { makeToken } from "../../functions/waits/result-token.ts";
import { noTraits, refund as refundEvent } from "../events/support.ts";
import { png } from "../support/png.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";
import { signedBySimulator } from "../support/signed.ts";

const androidApp = {
  name: "Tide Tables",
  bundleId: "com.example.tidetables",
  storeId: "com.example.tidetables",
  platform: "Android",
};

/** A job of the simulator's world that has ended. */
const endedTicket = "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90";

/** A call, or what makes it where it holds something of this run. */
type CallOf = CallFacts | ((relay: Relay) => Promise<CallFacts>);

/** A job that is over, and the token of its result: its only row is wrong, so it ends as soon as it is begun. */
async function endedJob({ call, services }: Relay): Promise<{ jobId: string; token: string }> {
  const { headers, json } = await call("CreateOrUpdateAdjustApps", {
    input: { apps: [{ name: "Nameless" }] },
  });
  const jobId = String(Object(json).jobId);
  await createWorker({ services, log: () => {} }).run({ job: jobId, sent: Date.now() });
  return { jobId, token: new URL(headers.location ?? "").searchParams.get("token") ?? "" };
}

const ofEndedJob: CallOf = async (relay) => ({ input: { jobId: (await endedJob(relay)).jobId } });
const appToken = "hk1ios2game3";

const sale = { app: "com.example.stillwater", price: "0.99", endDate: dayAfter(7) };

/** A day as prices have it, some days from today. */
function dayAfter(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** A plan with a product that is changed and one that is rejected. */
async function planOf({ call }: Relay, change: object = sale): Promise<string> {
  const unsold = { ...sale, app: "com.example.nothing" };
  const { json } = await call("PlanPriceChanges", { input: { changes: [change, unsold] } });
  return String(Object(json).planId);
}

const ofPlan: CallOf = async (relay) => ({ input: { planId: await planOf(relay) } });

let salesApplied = 0;

/** A job that has applied a plan. */
async function appliedJob(relay: Relay): Promise<string> {
  // Another end each time, so that there is something to be changed.
  salesApplied += 1;
  const planId = await planOf(relay, { ...sale, endDate: dayAfter(7 + salesApplied) });
  const { json } = await relay.call("ApplyPricePlan", { input: { planId } });
  const jobId = String(Object(json).jobId);
  const worker = createWorker({ services: relay.services, log: () => {} });
  await worker.run({ job: jobId, sent: Date.now() });
  await worker.run({ job: jobId, item: 0, sent: Date.now() });
  return jobId;
}

const notificationUrl =
  "https://prod-00.westeurope.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke?sig=y";

/** A subscribed flow, and the token that ends its subscription. */
async function subscribed({ call }: Relay): Promise<{ subscriptionId: string; token: string }> {
  const { headers, json } = await call("SubscribeToAppStoreNotifications", { input: { notificationUrl } });
  const subscriptionId = String(Object(json).subscriptionId);
  return { subscriptionId, token: new URL(headers.location ?? "").searchParams.get("token") ?? "" };
}

/** A flow that heard of an event. */
async function told(relay: Relay): Promise<{ subscriptionId: string; eventId: string }> {
  const { subscriptionId } = await subscribed(relay);
  const event = refundEvent({ occurredAt: new Date().toISOString() });
  await relay.services.events.receive(event, noTraits);
  const kept = await relay.services.events.read(eventKey(event));
  if (kept) await fanOut(relay.services, { ...kept, fannedOut: false });
  return { subscriptionId, eventId: event.id };
}

const extension = {
  extendByDays: 3,
  extendReasonCode: "ServiceIssueOrOutage",
  requestIdentifier: "outage-1",
};
const plus = {
  bundleId: "com.example.stillwater",
  environment: "Production",
  productId: "com.example.stillwater.plus.yearly",
};

/** A request that Apple works on. */
async function massExtension({ call }: Relay): Promise<CallFacts> {
  await call("MassExtendRenewalDates", { input: { ...plus, ...extension, wait: false, confirm: true } });
  return { input: { ...plus, requestIdentifier: extension.requestIdentifier } };
}

/** The result of one that Apple is done with. */
async function massExtensionResult({ call, simulator }: Relay): Promise<CallFacts> {
  const { headers } = await call("MassExtendRenewalDates", {
    input: { ...plus, ...extension, confirm: true },
  });
  const token = new URL(headers.location ?? "").searchParams.get("token");
  for (const one of simulator.world.appStoreServer.production.writes.massExtensions.values()) one.asked = 99;
  return { input: { ...plus, requestIdentifier: extension.requestIdentifier, token } };
}

let subscriptionsExtended = 0;

/** A subscription that was not extended before, which is sold for this call. */
async function newSubscription({ simulator }: Relay): Promise<CallFacts> {
  const { transactions, subscriptions } = simulator.world.appStoreServer.production;
  const [sold] = transactions;
  const [active] = subscriptions;
  assert.ok(sold && active);
  subscriptionsExtended += 1;
  const id = String(400_000_000_000_000 + subscriptionsExtended);
  transactions.push({ ...sold, transactionId: id, originalTransactionId: id, appTransactionId: id });
  subscriptions.push({ ...active, originalTransactionId: id });
  return { input: { originalTransactionId: id, bundleId: plus.bundleId, ...extension } };
}

/** A subscription of Advanced Commerce, and a request that Apple has not seen. */
function advanced(more: Record<string, unknown>, migrated = true): CallOf {
  return async (relay) => {
    const { originalTransactionId: transactionId } = (await newSubscription(relay)).input ?? {};
    const { advancedCommerce } = relay.simulator.world.appStoreServer.production.writes;
    if (migrated) advancedCommerce.set(String(transactionId), { what: "", body: {} });
    return {
      input: { transactionId, bundleId: plus.bundleId, requestReferenceId: randomUUID(), ...more },
    };
  };
}

const refund = { refundReason: "OTHER", refundType: "FULL" };
const named = { displayName: "Plus", description: "All of it" };

const plusApp = { bundleId: plus.bundleId, environment: plus.environment };

/** Notifications that Apple has made, one of each kind of data. */
const pastNotifications: CallOf = async ({ simulator }) => {
  const startDate = new Date(Date.now() - 60_000).toISOString();
  const wish = { environment: "production", bundleId: plus.bundleId, lost: true } as const;
  for (const type of ["REFUND", "DID_RENEW", "TEST", "EXTERNAL_PURCHASE_TOKEN", "RESCIND_CONSENT"])
    await simulator.notifications.send({ ...wish, type });
  return { input: { ...plusApp, startDate } };
};

/** An app whose address nobody answers: Apple takes the request all the same. */
const withNotificationUrl: CallOf = async ({ simulator }) => {
  simulator.notifications.configure({ url: "http://127.0.0.1:9/" });
  return { input: plusApp };
};

/** A test that Apple has tried to deliver. */
async function triedTest({ call, simulator }: Relay): Promise<CallFacts> {
  simulator.notifications.configure({ url: "http://127.0.0.1:9/" });
  const { headers } = await call("RequestTestNotification", { input: plusApp });
  const { pathname, searchParams } = new URL(headers.location ?? "");
  for (const sent of simulator.world.appStoreServer.production.notifications)
    sent.attempts = [{ attemptDate: Date.now(), sendAttemptResult: "NO_RESPONSE" }];
  return {
    input: { ...Object.fromEntries(searchParams), testNotificationToken: pathname.split("/").at(-2) },
  };
}

const withRealtimeUrl = async ({ call }: Relay): Promise<CallFacts> => {
  await call("SetRealtimeUrl", { input: { ...plusApp, realtimeURL: "https://shop.example/retention" } });
  return { input: plusApp };
};

const picture = png(3_840, 160).toString("base64");
const texts = { header: "Stay", body: "The lake is quiet." };

/** An image that Apple has. */
async function uploadedImage({ call }: Relay): Promise<CallFacts> {
  const input = { ...plusApp, imageIdentifier: randomUUID() };
  await call("UploadRetentionImage", { input: { ...input, image: picture } });
  return { input };
}

/** A message that Apple has approved. */
async function uploadedMessage({ call }: Relay): Promise<CallFacts> {
  const input = { ...plusApp, messageIdentifier: randomUUID() };
  await call("UploadRetentionMessage", { input: { ...input, ...texts } });
  await call("ListRetentionMessages", { input: plusApp });
  return { input };
}

const place = { ...plus, locale: "en-US" };

/** The place of a default message that is set. */
async function defaultMessage(relay: Relay): Promise<CallFacts> {
  const { messageIdentifier } = (await uploadedMessage(relay)).input ?? {};
  await relay.call("SetDefaultRetentionMessage", { input: { ...place, messageIdentifier } });
  return { input: place };
}

/** What is to be tested, when no other test runs. */
async function testable(relay: Relay): Promise<CallFacts> {
  relay.simulator.world.appStoreServer.production.writes.retention.performanceTests.clear();
  await withRealtimeUrl(relay);
  return { input: { ...plusApp, originalTransactionId: "300000000000001" } };
}

const tokenReport = {
  ...plusApp,
  externalPurchaseId: "2924c319-5205-4188-831a-1ca2c00326b4",
  status: "NO_LINE_ITEM",
};

/** A report that Apple has. */
async function sentReport({ call }: Relay): Promise<CallFacts> {
  const requestIdentifier = randomUUID();
  const lineItem = {
    lineItemId: requestIdentifier,
    creationDate: "2026-01-31",
    eventType: "BUY",
    productType: "ONE_TIME_BUY",
    productIdentifier: "gems",
    quantity: 1,
    amountTaxExclusive: "8",
    taxAmount: "2",
    amountTaxInclusive: "10",
    netAmountTaxExclusive: "8",
    pricingCurrency: "EUR",
    reportingCurrency: "EUR",
    taxCountry: "ESP",
  };
  const report = { ...tokenReport, status: "LINE_ITEM", lineItems: [lineItem] };
  await call("SendExternalPurchaseReport", { input: { ...report, requestIdentifier } });
  return { input: { ...plusApp, requestIdentifier } };
}

const webhookApp = { appId: "1480000001" };
const webhook = { ...webhookApp, eventTypes: ["BUILD_UPLOAD_STATE_UPDATED"] };

/** A webhook that is there for this call alone. */
const ofWebhook =
  (more: object = {}): CallOf =>
  async ({ call }) => {
    const { json } = await call("CreateAppStoreConnectWebhook", { input: webhook });
    return { input: { ...webhookApp, webhookId: String(Object(json).id), ...more } };
  };

/** A call of each typed operation that succeeds, several where its answer has several forms. */
const calls: Readonly<Record<string, readonly CallOf[]>> = {
  ListApps: [{}, { input: { limit: 1 } }, { input: { sku: "none" } }],
  GetApp: [{ input: { appId: "1480000001" } }],
  ListInAppPurchases: [{ input: { appId: "1480000001" } }],
  ListSubscriptions: [{ input: { appId: "1480000002" } }, { input: { appId: "1480000003" } }],
  ListTerritories: [{}],
  ListPricePoints: [
    { input: { app: "com.example.stillwater" } },
    { input: { app: "1480000001", product: "6700000001", territory: "JPN" } },
    { input: { app: "1480000002", product: "com.example.stillwater.plus.yearly", territory: "USA" } },
  ],
  GetPrices: [
    { input: { app: "com.example.stillwater" } },
    { input: { app: "1480000003" } },
    { input: { app: "1480000001", product: "com.example.harborkings.gems.3" } },
    { input: { app: "1480000002", product: "com.example.stillwater.plus.yearly" } },
  ],
  PlanPriceChanges: [
    { input: { changes: [sale] } },
    { input: { csv: "app,price\r\ncom.example.stillwater,5\r\ncom.example.nothing,1\r\n" } },
  ],
  PlanPriceChange: [
    { input: sale },
    { input: { ...sale, credential: "demo-team" } },
    { input: { ...sale, app: "com.example.nothing" } },
  ],
  GetPricePlan: [ofPlan],
  ListPricePlanItems: [ofPlan],
  ListPricePlanRows: [ofPlan],
  GetPricePlanCsv: [ofPlan],
  ApplyPricePlan: [ofPlan],
  PlanPriceRestore: [async (relay) => ({ input: { jobId: await appliedJob(relay) } })],
  ListAppStoreConnectWebhooks: [{ input: webhookApp }],
  CreateAppStoreConnectWebhook: [{ input: webhook }, { input: { ...webhook, name: "Mine", enabled: false } }],
  UpdateAppStoreConnectWebhook: [ofWebhook({ enabled: false }), ofWebhook({ rotateSecret: true })],
  DeleteAppStoreConnectWebhook: [ofWebhook(), ofWebhook()],
  PingAppStoreConnectWebhook: [ofWebhook()],
  LookUpAppStoreConnectWebhooks: [{ input: webhookApp }],
  LookUpAppStoreConnectEventTypes: [{}],
  SendAppStoreConnectRequest: [
    { input: { method: "GET", path: "v1/apps" } },
    { input: { method: "GET", path: "/v1/territories", query: { limit: 1 } } },
  ],
  GetTransaction: [
    { input: { transactionId: "300000000000002", bundleId: plus.bundleId } },
    { input: { transactionId: "2000000000010502", bundleId: plus.bundleId, environment: "Sandbox" } },
  ],
  GetSubscriptionStatuses: [
    { input: { transactionId: "310000000000401", bundleId: plus.bundleId } },
    { input: { transactionId: "2000000000010301", bundleId: plus.bundleId, status: "3,4" } },
    { input: { transactionId: "300000000001001", bundleId: "com.example.harborkings" } },
  ],
  ListTransactions: [
    { input: { transactionId: "300000000001001", bundleId: "com.example.harborkings" } },
    { input: { transactionId: "2000000000010101", bundleId: plus.bundleId, revoked: false, limit: 1 } },
  ],
  LookUpOrder: [
    { input: { orderId: "MHK0001001", bundleId: "com.example.harborkings" } },
    { input: { orderId: "MNOBODY001", bundleId: plus.bundleId } },
  ],
  ListRefunds: [
    { input: { transactionId: "310000000001047", bundleId: "com.example.harborkings" } },
    { input: { transactionId: "300000000000001", bundleId: plus.bundleId } },
  ],
  GetAppTransaction: [
    { input: { transactionId: "310000000000101", bundleId: plus.bundleId } },
    { input: { transactionId: "2000000000010101", bundleId: plus.bundleId } },
  ],
  SetAppAccountToken: [
    {
      input: {
        originalTransactionId: "300000000000001",
        appAccountToken: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90",
        bundleId: "com.example.stillwater",
      },
    },
  ],
  FinishTransaction: [{ input: { transactionId: "300000000001001", bundleId: "com.example.harborkings" } }],
  SendConsumption: [
    {
      input: {
        transactionId: "300000000001001",
        bundleId: "com.example.harborkings",
        customerConsented: true,
        deliveryStatus: "DELIVERED",
        sampleContentProvided: false,
      },
    },
  ],
  SendConsumptionV1: [
    {
      input: {
        transactionId: "300000000001001",
        bundleId: "com.example.harborkings",
        customerConsented: true,
        sampleContentProvided: true,
        consumptionStatus: "Undeclared",
        platform: "Apple",
        deliveryStatus: "Delivered",
        accountTenure: "UpTo3Days",
        playTime: "Undeclared",
        lifetimeDollarsRefunded: "Nothing",
        lifetimeDollarsPurchased: "Under50",
        userStatus: "Active",
        refundPreference: "NoPreference",
      },
    },
  ],
  ExtendRenewalDate: [newSubscription],
  MassExtendRenewalDates: [{ input: { ...plus, ...extension, wait: false, confirm: true } }],
  GetMassExtensionResult: [massExtensionResult],
  GetMassExtensionStatus: [massExtension, massExtension, massExtension],
  MigrateToAdvancedCommerce: [
    advanced(
      {
        targetProductId: "com.example.stillwater.generic",
        descriptors: named,
        items: [{ SKU: "plus", ...named }],
        taxCode: "C003-00-2",
      },
      false,
    ),
  ],
  CancelAdvancedCommerceSubscription: [advanced({})],
  RevokeAdvancedCommerceSubscription: [advanced({ ...refund, refundRiskingPreference: false })],
  ChangeAdvancedCommerceMetadata: [
    advanced({ items: [{ currentSKU: "plus", effective: "IMMEDIATELY", displayName: "More" }] }),
  ],
  ChangeAdvancedCommercePrice: [advanced({ items: [{ SKU: "plus", price: "4.99" }] })],
  RequestAdvancedCommerceRefund: [
    advanced({ items: [{ SKU: "plus", ...refund, revoke: true }], refundRiskingPreference: true }),
  ],
  ListNotificationHistory: [pastNotifications],
  BackfillNotifications: [pastNotifications],
  RequestTestNotification: [withNotificationUrl],
  GetTestNotificationResult: [triedTest],
  SendExternalPurchaseReport: [async () => ({ input: { ...tokenReport, requestIdentifier: randomUUID() } })],
  GetExternalPurchaseReport: [sentReport],
  UploadRetentionImage: [
    async () => ({ input: { ...plusApp, imageIdentifier: randomUUID(), image: picture } }),
  ],
  ListRetentionImages: [{ input: plusApp }],
  DeleteRetentionImage: [uploadedImage],
  UploadRetentionMessage: [
    async () => ({ input: { ...plusApp, messageIdentifier: randomUUID(), ...texts } }),
  ],
  ListRetentionMessages: [{ input: plusApp }],
  DeleteRetentionMessage: [uploadedMessage],
  GetDefaultRetentionMessage: [defaultMessage],
  SetDefaultRetentionMessage: [
    async (relay) => ({ input: { ...place, ...(await uploadedMessage(relay)).input } }),
  ],
  DeleteDefaultRetentionMessage: [defaultMessage],
  StartPerformanceTest: [testable],
  GetPerformanceTest: [
    async (relay) => {
      const { json } = await relay.call("StartPerformanceTest", await testable(relay));
      return { input: { ...plusApp, requestId: Object(json).requestId } };
    },
  ],
  GetRealtimeUrl: [withRealtimeUrl],
  SetRealtimeUrl: [{ input: { ...plusApp, realtimeURL: "https://shop.example/retention" } }],
  DeleteRealtimeUrl: [withRealtimeUrl, withRealtimeUrl],
  SendAppStoreServerRequest: [
    {
      input: {
        method: "GET",
        path: "inApps/v1/subscriptions/300000000000001",
        bundleId: "com.example.stillwater",
      },
    },
  ],
  DecodeSignedPayload: [async (relay) => ({ input: { signedPayload: await signedBySimulator(relay) } })],
  ListAdjustApps: [{}],
  GetAdjustApp: [{ input: { appToken: "hk1ios2game3" } }],
  FindAdjustApp: [{ input: { storeId: "1480000001", platform: "ios" } }],
  CreateOrUpdateAdjustApp: [{ input: androidApp }, { input: { ...androidApp, forceUpdate: true } }],
  UpdateAdjustApp: [{ input: { appToken: "hk1ios2game3", name: "Harbor Kings" } }],
  GetAdjustAppSettings: [
    { input: { appToken: "hk1ios2game3" } },
    { input: { appToken: "tmpl0app0set", sections: "events, partners" } },
  ],
  CreateOrUpdateAdjustEvents: [
    { input: { appTokens: ["hk1ios2game3", "nobody"], events: [{ name: "purchase" }] } },
  ],
  GetAdjustJob: [{ input: { ticketToken: endedTicket } }],
  WaitForAdjustJob: [{ input: { ticketToken: endedTicket } }],
  GetAdjustJobResult: [
    async ({ services: { credentials, runtime } }) => {
      const credential = await credentials.choose({ kinds: ["adjust"] });
      const life = { now: runtime.now(), lifeMs: 3_600_000 };
      const token = await makeToken(credential, ["GetAdjustJobResult", endedTicket], life);
      return { input: { ticketToken: endedTicket, token } };
    },
  ],
  CreateOrUpdateAdjustApps: [{ input: { apps: [androidApp] } }],
  ListJobs: [{}, { input: { limit: 1 } }],
  GetJob: [ofEndedJob],
  CancelJob: [ofEndedJob],
  ListJobItems: [ofEndedJob],
  LookUpJobs: [{}],
  GetJobResult: [async (relay) => ({ input: await endedJob(relay) })],
  GetAdjustReport: [
    { input: { dimensions: ["app"], metrics: ["installs"], lastDays: 7, runAsJob: true } },
    { input: { dimensions: ["day", "partner_name"], metrics: ["installs", "cost"], lastDays: 7 } },
    { input: { dimensions: ["app"], metrics: ["installs"], period: "2001-01-01:2001-01-31" } },
  ],
  GetAdjustReportCsv: [
    { input: { dimensions: ["app"], metrics: ["installs"], period: "yesterday", readableNames: true } },
    { input: { dimensions: ["app"], metrics: ["installs"], period: "2001-01-01:2001-01-31" } },
  ],
  ListAdjustLinks: [{ input: { appToken } }, { input: { appToken, parentToken: "abc123" } }],
  CreateAdjustLink: [{ input: { appToken, name: "New" } }, { input: { appToken, name: "Adroll" } }],
  UpdateAdjustLink: [{ input: { appToken, linkToken: "abc125", partnerId: "174" } }],
  CreateAdjustDeepLink: [
    { input: { linkToken: "abc123" } },
    { input: { linkToken: "abc123", shortenUrl: true } },
  ],
  CreateAdjustDeepLinks: [{ input: { links: [{ linkToken: "abc123" }] } }],
  UpdateAdjustDeepLink: [{ input: { shortToken: "short", linkToken: "abc124" } }],
  SendAdjustEvent: [
    {
      input: {
        appToken,
        eventToken: "ev10001x",
        deviceIdType: "idfa",
        deviceId: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90",
      },
    },
  ],
  InspectAdjustDevice: [{ input: { appToken, advertisingId: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90" } }],
  ForgetAdjustDevice: [{ input: { appToken, adid: "forgettable", confirm: true } }],
  EraseAdjustDevice: [
    { input: { appToken, deviceIdType: "idfa", deviceId: "aaaaaaaa-bbbb", confirm: true } },
  ],
  SendAdjustRequest: [{ input: { method: "GET", path: "app-automation/apps/list" } }],
  SubscribeToAppStoreNotifications: [
    { input: { notificationUrl } },
    { input: { notificationUrl, types: ["REFUND"], environment: "production", productIds: ["yearly"] } },
  ],
  SubscribeToAppStoreConnectEvents: [{ input: { notificationUrl, bundleIds: ["com.example.stillwater"] } }],
  SubscribeToAdjustCallbacks: [{ input: { notificationUrl, types: ["install"] } }],
  ListEventSubscriptions: [{}],
  ListEventDeliveries: [async (relay) => ({ input: { subscriptionId: (await told(relay)).subscriptionId } })],
  RedeliverEvent: [async (relay) => ({ input: { ...(await told(relay)) } })],
  ListEvents: [{}, { input: { from: "2026-01-31", type: "REFUND" } }],
  GetEvent: [
    async (relay) => ({ input: { source: "app-store-server", eventId: (await told(relay)).eventId } }),
  ],
  LookUpEventSubscriptions: [{}],
  LookUpEventTypes: [{ input: { source: "app-store-connect" } }],
  LookUpBundleIds: [{}],
  DeleteEventSubscription: [async (relay) => ({ input: await subscribed(relay) })],
  ListCredentials: [{}],
  TestConnection: [{}],
  LookUpApps: [{}],
  LookUpTerritories: [{}],
  LookUpProducts: [{ input: { app: "1480000002" } }],
  LookUpPrices: [{ input: { app: "1480000001", product: "6700000001" } }],
  LookUpAdjustApps: [{}],
  LookUpAdjustMetrics: [{}],
  LookUpAdjustDimensions: [{}],
  LookUpAdjustReportApps: [{}],
  LookUpAdjustReportOptions: [{ input: { list: "currencies" } }],
  DescribeAdjustReport: [{ input: { dimensions: "day,app", metrics: "installs" } }],
  LookUpAdjustLinks: [{ input: { appToken } }],
  LookUpAdjustPartners: [{}],
  LookUpCredentials: [{}, { input: { kinds: "adjust" } }],
};

const typed = catalogue.filter((operation): operation is TypedOperation => operation.kind === "typed");
const ajv = new Ajv({ strict: false, allErrors: true });

describe("Every typed operation", () => {
  let relay: Relay;
  before(async () => {
    relay = await startRelay();
    const { links, devices } = relay.simulator.world.adjust;
    links.shortLinks.set("short", {});
    // Forgotten once for each call of it.
    const forgettable = { appToken, adid: "forgettable", ids: {}, optedOut: false };
    devices.devices.push(forgettable, { ...forgettable });
  });
  after(() => relay.close());
  const factsOf = async (call: CallOf = {}) => (typeof call === "function" ? call(relay) : call);

  it("has a call here", () => {
    assert.ok(typed.length >= 16);
    assert.deepEqual(
      typed.map(({ id }) => id).filter((id) => calls[id] === undefined),
      [],
    );
    assert.deepEqual(
      Object.keys(calls).filter((id) => !typed.some((operation) => operation.id === id)),
      [],
    );
  });

  for (const operation of typed) {
    it(`answers in its own output schema: ${operation.id}`, async () => {
      const validate = ajv.compile(operation.output);
      const own = calls[operation.id];
      assert.ok(own && own.length > 0, `Give ${operation.id} a call in the table at the top.`);
      for (const call of own) {
        const facts = await factsOf(call);
        const { status, json, headers, error } = await relay.call(operation.id, facts);
        if (operation.longRunning && status === 202) {
          // What comes in the end is looked at in test/jobs, and with the waits.
          const place = operation.job
            ? /^http:\/\/relay\.test\/api\/jobs\/\w+\/result\?token=[\w-]+$/
            : /\/result\?.*token=/;
          assert.match(headers.location ?? "", place);
          assert.match(headers["retry-after"] ?? "", /^\d+$/);
          assert.deepEqual(Object.keys(Object(json)), operation.job ? ["jobId", "status"] : ["status"]);
        } else {
          assert.equal(status, operation.trigger ? 201 : 200, JSON.stringify(error));
          assert.equal(headers.location !== undefined, operation.trigger !== undefined);
          assert.ok(validate(json), JSON.stringify(validate.errors));
        }
        assert.equal(headers["content-type"], "application/json; charset=utf-8");
        assert.equal(headers["cache-control"], "no-store");
        assert.match(headers["x-correlation-id"] ?? "", /^[0-9a-f]{32}$/);
        assert.equal(headers["x-relay-error"], undefined);
      }
    });

    it(`refuses a query parameter that it does not have, by name: ${operation.id}`, async () => {
      const facts = await factsOf(calls[operation.id]?.[0]);
      const before = relay.simulator.requests.length;
      const { status, error } = await relay.call(operation.id, { ...facts, query: { colour: "blue" } });
      assert.deepEqual([status, error?.code, error?.source], [400, "invalid_input", "relay"]);
      assert.deepEqual(
        error?.details?.map(({ field }) => field),
        ["colour"],
      );
      assert.equal(relay.simulator.requests.length, before);
    });

    it(`takes no notice of the host's own parameters: ${operation.id}`, async () => {
      const facts = await factsOf(calls[operation.id]?.[0]);
      const query = { code: "a-function-key", clientId: "default" };
      const { status } = await relay.call(operation.id, { ...facts, query });
      const expected = operation.longRunning ? [200, 202] : operation.trigger ? [201] : [200];
      assert.ok(expected.includes(status), String(status));
      assert.ok(relay.simulator.requests.every(({ url }) => !url.includes("a-function-key")));
    });
  }

  it("answers with the caller's trace id, errors too", async () => {
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    assert.equal((await relay.call("ListTerritories", { headers })).headers["x-correlation-id"], trace);
    const { headers: answered, error } = await relay.call("GetApp", { input: { appId: "x" }, headers });
    assert.deepEqual([answered["x-correlation-id"], error?.correlationId], [trace, trace]);
  });

  it("logs one line a call: names, codes and numbers", async () => {
    relay.log.length = 0;
    await relay.call("GetApp", { input: { appId: "1480000001" } });
    await relay.call("GetApp", { input: { appId: "9999999999" } });
    const [good, bad, ...more] = relay.log.map((line): Record<string, unknown> => JSON.parse(line));
    assert.deepEqual(more, []);
    assert.deepEqual(Object.keys(good ?? {}), ["operation", "correlationId", "status", "ms"]);
    assert.deepEqual([bad?.operation, bad?.status, bad?.code], ["GetApp", 404, "not_found"]);
  });
});
