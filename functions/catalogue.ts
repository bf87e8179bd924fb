import { findAdjustApp, getAdjustApp, listAdjustApps, lookUpAdjustApps } from "./adjust/apps.ts";
import { relayReadAdjust, relayWriteAdjust } from "./adjust/relay.ts";
import { sendAdjustRequest } from "./adjust/requests.ts";
import { getApp, listApps, lookUpApps } from "./app-store-connect/apps.ts";
import { listInAppPurchases } from "./app-store-connect/in-app-purchases.ts";
import { relayReadAppStoreConnect, relayWriteAppStoreConnect } from "./app-store-connect/relay.ts";
import { sendAppStoreConnectRequest } from "./app-store-connect/requests.ts";
import { listTerritories, lookUpTerritories } from "./app-store-connect/territories.ts";
import { relayReadAppStoreServer, relayWriteAppStoreServer } from "./app-store-server/relay.ts";
import { sendAppStoreServerRequest } from "./app-store-server/requests.ts";
import { listCredentials, lookUpCredentials } from "./connection/credentials.ts";
import { testConnection } from "./connection/test-connection.ts";
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
  listTerritories,
  sendAppStoreConnectRequest,
  sendAppStoreServerRequest,
  listAdjustApps,
  getAdjustApp,
  findAdjustApp,
  sendAdjustRequest,
  listJobs,
  getJob,
  cancelJob,
  listJobItems,
  listCredentials,
  testConnection,
  lookUpApps,
  lookUpTerritories,
  lookUpAdjustApps,
  lookUpJobs,
  lookUpCredentials,
  getJobResult,
  relayReadAppStoreConnect,
  relayWriteAppStoreConnect,
  relayReadAppStoreServer,
  relayWriteAppStoreServer,
  relayReadAdjust,
  relayWriteAdjust,
];
