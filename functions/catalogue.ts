import { findAdjustApp, getAdjustApp, listAdjustApps, lookUpAdjustApps } from "./adjust/apps.ts";
import { createAdjustDeepLink, createAdjustDeepLinks, updateAdjustDeepLink } from "./adjust/deep-links.ts";
import { inspectAdjustDevice } from "./adjust/devices.ts";
import { eraseAdjustDevice, forgetAdjustDevice } from "./adjust/erasures.ts";
import { createAdjustLink, updateAdjustLink } from "./adjust/link-writes.ts";
import { listAdjustLinks, lookUpAdjustLinks, lookUpAdjustPartners } from "./adjust/links.ts";
import { relayReadAdjust, relayWriteAdjust } from "./adjust/relay.ts";
import { sendAdjustRequest } from "./adjust/requests.ts";
import { sendAdjustEvent } from "./adjust/s2s-events.ts";
import { getApp, listApps, lookUpApps } from "./app-store-connect/apps.ts";
import { listInAppPurchases } from "./app-store-connect/in-app-purchases.ts";
import { relayReadAppStoreConnect, relayWriteAppStoreConnect } from "./app-store-connect/relay.ts";
import { sendAppStoreConnectRequest } from "./app-store-connect/requests.ts";
import { listTerritories, lookUpTerritories } from "./app-store-connect/territories.ts";
import { relayReadAppStoreServer, relayWriteAppStoreServer } from "./app-store-server/relay.ts";
import { sendAppStoreServerRequest } from "./app-store-server/requests.ts";
import { listCredentials, lookUpCredentials } from "./connection/credentials.ts";
import { testConnection } from "./connection/test-connection.ts";
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
  listCredentials,
  testConnection,
  lookUpApps,
  lookUpTerritories,
  lookUpAdjustApps,
  lookUpAdjustLinks,
  lookUpAdjustPartners,
  lookUpCredentials,
  relayReadAppStoreConnect,
  relayWriteAppStoreConnect,
  relayReadAppStoreServer,
  relayWriteAppStoreServer,
  relayReadAdjust,
  relayWriteAdjust,
];
