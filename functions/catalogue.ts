import { findAdjustApp, getAdjustApp, listAdjustApps, lookUpAdjustApps } from "./adjust/apps.ts";
import { createOrUpdateAdjustApps } from "./adjust/bulk-apps.ts";
import { createAdjustDeepLink, createAdjustDeepLinks, updateAdjustDeepLink } from "./adjust/deep-links.ts";
import { inspectAdjustDevice } from "./adjust/devices.ts";
import { eraseAdjustDevice, forgetAdjustDevice } from "./adjust/erasures.ts";
import { createOrUpdateAdjustEvents } from "./adjust/events.ts";
import { getAdjustJob, getAdjustJobResult, waitForAdjustJob } from "./adjust/jobs.ts";
import { createAdjustLink, updateAdjustLink } from "./adjust/link-writes.ts";
import { listAdjustLinks, lookUpAdjustLinks, lookUpAdjustPartners } from "./adjust/links.ts";
import { relayReadAdjust, relayWriteAdjust } from "./adjust/relay.ts";
import {
  lookUpAdjustDimensions,
  lookUpAdjustMetrics,
  lookUpAdjustReportApps,
  lookUpAdjustReportOptions,
} from "./adjust/reports/look-ups.ts";
import { describeAdjustReport, getAdjustReport, getAdjustReportCsv } from "./adjust/reports/operations.ts";
import { sendAdjustRequest } from "./adjust/requests.ts";
import { sendAdjustEvent } from "./adjust/s2s-events.ts";
import { getAdjustAppSettings } from "./adjust/settings.ts";
import { createOrUpdateAdjustApp, updateAdjustApp } from "./adjust/write-apps.ts";
import { getApp, listApps, lookUpApps } from "./app-store-connect/apps.ts";
import { listInAppPurchases } from "./app-store-connect/in-app-purchases.ts";
import { applyPricePlan, planPriceRestore } from "./app-store-connect/prices/operations/apply.ts";
import { getPrices } from "./app-store-connect/prices/operations/get-prices.ts";
import { planPriceChange, planPriceChanges } from "./app-store-connect/prices/operations/plan.ts";
import { listPricePoints, lookUpPrices } from "./app-store-connect/prices/operations/price-points.ts";
import { lookUpProducts } from "./app-store-connect/prices/operations/products.ts";
import {
  getPricePlan,
  getPricePlanCsv,
  listPricePlanItems,
  listPricePlanRows,
} from "./app-store-connect/prices/operations/read-plans.ts";
import { relayReadAppStoreConnect, relayWriteAppStoreConnect } from "./app-store-connect/relay.ts";
import { sendAppStoreConnectRequest } from "./app-store-connect/requests.ts";
import { listSubscriptions } from "./app-store-connect/subscriptions.ts";
import { listTerritories, lookUpTerritories } from "./app-store-connect/territories.ts";
import { lookUpAppStoreConnectEventTypes } from "./app-store-connect/webhooks/event-types.ts";
import {
  createAppStoreConnectWebhook,
  deleteAppStoreConnectWebhook,
  listAppStoreConnectWebhooks,
  lookUpAppStoreConnectWebhooks,
  pingAppStoreConnectWebhook,
  updateAppStoreConnectWebhook,
} from "./app-store-connect/webhooks/operations.ts";
import {
  cancelAdvancedCommerceSubscription,
  changeAdvancedCommerceMetadata,
  changeAdvancedCommercePrice,
  migrateToAdvancedCommerce,
  requestAdvancedCommerceRefund,
  revokeAdvancedCommerceSubscription,
} from "./app-store-server/advanced-commerce.ts";
import { getAppTransaction } from "./app-store-server/app-transaction.ts";
import { backfillNotifications } from "./app-store-server/backfill/backfill-notifications.ts";
import { sendConsumption, sendConsumptionV1 } from "./app-store-server/consumption.ts";
import { extendRenewalDate } from "./app-store-server/extensions.ts";
import {
  getExternalPurchaseReport,
  sendExternalPurchaseReport,
} from "./app-store-server/external-purchases.ts";
import { getTransaction } from "./app-store-server/get-transaction.ts";
import { listRefunds } from "./app-store-server/list-refunds.ts";
import { listTransactions } from "./app-store-server/list-transactions.ts";
import {
  getMassExtensionResult,
  getMassExtensionStatus,
  massExtendRenewalDates,
} from "./app-store-server/mass-extensions.ts";
import { listNotificationHistory } from "./app-store-server/notifications.ts";
import { lookUpOrder } from "./app-store-server/orders.ts";
import { relayReadAppStoreServer, relayWriteAppStoreServer } from "./app-store-server/relay.ts";
import { sendAppStoreServerRequest } from "./app-store-server/requests.ts";
import {
  deleteDefaultRetentionMessage,
  getDefaultRetentionMessage,
  setDefaultRetentionMessage,
} from "./app-store-server/retention-messaging/default-messages.ts";
import {
  deleteRetentionImage,
  listRetentionImages,
  uploadRetentionImage,
} from "./app-store-server/retention-messaging/images.ts";
import {
  deleteRetentionMessage,
  listRetentionMessages,
  uploadRetentionMessage,
} from "./app-store-server/retention-messaging/messages.ts";
import {
  getPerformanceTest,
  startPerformanceTest,
} from "./app-store-server/retention-messaging/performance-tests.ts";
import {
  deleteRealtimeUrl,
  getRealtimeUrl,
  setRealtimeUrl,
} from "./app-store-server/retention-messaging/realtime-url.ts";
import { decodeSignedPayload } from "./app-store-server/signed-payloads.ts";
import { getSubscriptionStatuses } from "./app-store-server/subscription-statuses.ts";
import { getTestNotificationResult, requestTestNotification } from "./app-store-server/test-notifications.ts";
import { finishTransaction, setAppAccountToken } from "./app-store-server/transactions.ts";
import { listCredentials, lookUpCredentials } from "./connection/credentials.ts";
import { testConnection } from "./connection/test-connection.ts";
import { getEvent, listEventDeliveries, listEvents, redeliverEvent } from "./events/operations/events.ts";
import {
  subscribeToAdjustCallbacks,
  subscribeToAppStoreConnectEvents,
  subscribeToAppStoreNotifications,
} from "./events/operations/subscribe.ts";
import {
  deleteEventSubscription,
  listEventSubscriptions,
  lookUpBundleIds,
  lookUpEventSubscriptions,
  lookUpEventTypes,
} from "./events/operations/subscriptions.ts";
import { getJobResult } from "./jobs/operations/get-job-result.ts";
import { cancelJob, getJob } from "./jobs/operations/job.ts";
import { listJobItems } from "./jobs/operations/list-job-items.ts";
import { listJobs, lookUpJobs } from "./jobs/operations/list-jobs.ts";
import type { Operation } from "./operation.ts";

/**
 * Every operation, in the order in which documents list them. A route that is not here does not exist.
 *
 * Adding one: declare it in the file of its subject and name it here.
 */
export const catalogue: readonly Operation[] = [
  listApps,
  getApp,
  listInAppPurchases,
  listSubscriptions,
  listTerritories,
  listPricePoints,
  getPrices,
  planPriceChanges,
  planPriceChange,
  getPricePlan,
  listPricePlanItems,
  listPricePlanRows,
  getPricePlanCsv,
  applyPricePlan,
  planPriceRestore,
  listAppStoreConnectWebhooks,
  createAppStoreConnectWebhook,
  updateAppStoreConnectWebhook,
  deleteAppStoreConnectWebhook,
  pingAppStoreConnectWebhook,
  sendAppStoreConnectRequest,
  getTransaction,
  getSubscriptionStatuses,
  listTransactions,
  lookUpOrder,
  listRefunds,
  getAppTransaction,
  setAppAccountToken,
  finishTransaction,
  sendConsumption,
  sendConsumptionV1,
  extendRenewalDate,
  massExtendRenewalDates,
  getMassExtensionStatus,
  migrateToAdvancedCommerce,
  cancelAdvancedCommerceSubscription,
  revokeAdvancedCommerceSubscription,
  changeAdvancedCommerceMetadata,
  changeAdvancedCommercePrice,
  requestAdvancedCommerceRefund,
  listNotificationHistory,
  backfillNotifications,
  requestTestNotification,
  sendExternalPurchaseReport,
  getExternalPurchaseReport,
  uploadRetentionImage,
  listRetentionImages,
  deleteRetentionImage,
  uploadRetentionMessage,
  listRetentionMessages,
  deleteRetentionMessage,
  getDefaultRetentionMessage,
  setDefaultRetentionMessage,
  deleteDefaultRetentionMessage,
  getRealtimeUrl,
  setRealtimeUrl,
  deleteRealtimeUrl,
  startPerformanceTest,
  getPerformanceTest,
  decodeSignedPayload,
  sendAppStoreServerRequest,
  listAdjustApps,
  getAdjustApp,
  findAdjustApp,
  createOrUpdateAdjustApp,
  createOrUpdateAdjustApps,
  updateAdjustApp,
  getAdjustAppSettings,
  createOrUpdateAdjustEvents,
  getAdjustJob,
  waitForAdjustJob,
  getAdjustReport,
  getAdjustReportCsv,
  listAdjustLinks,
  createAdjustLink,
  updateAdjustLink,
  createAdjustDeepLink,
  createAdjustDeepLinks,
  updateAdjustDeepLink,
  sendAdjustEvent,
  inspectAdjustDevice,
  forgetAdjustDevice,
  eraseAdjustDevice,
  sendAdjustRequest,
  listJobs,
  getJob,
  cancelJob,
  listJobItems,
  subscribeToAppStoreNotifications,
  subscribeToAppStoreConnectEvents,
  subscribeToAdjustCallbacks,
  listEventSubscriptions,
  listEventDeliveries,
  redeliverEvent,
  listEvents,
  getEvent,
  listCredentials,
  testConnection,
  lookUpApps,
  lookUpTerritories,
  lookUpProducts,
  lookUpPrices,
  lookUpAppStoreConnectWebhooks,
  lookUpAppStoreConnectEventTypes,
  lookUpAdjustApps,
  lookUpJobs,
  lookUpAdjustMetrics,
  lookUpAdjustDimensions,
  lookUpAdjustReportApps,
  lookUpAdjustReportOptions,
  describeAdjustReport,
  lookUpAdjustLinks,
  lookUpAdjustPartners,
  lookUpCredentials,
  lookUpEventSubscriptions,
  lookUpEventTypes,
  lookUpBundleIds,
  deleteEventSubscription,
  getJobResult,
  getAdjustJobResult,
  getMassExtensionResult,
  getTestNotificationResult,
  relayReadAppStoreConnect,
  relayWriteAppStoreConnect,
  relayReadAppStoreServer,
  relayWriteAppStoreServer,
  relayReadAdjust,
  relayWriteAdjust,
];
