import type { ErrorSource } from "../errors.ts";

/** The origins that are called. The App Store Server API has one for each environment, Adjust one for each room. */
export type OriginName =
  | "app-store-connect"
  | "app-store-server"
  | "app-store-server-sandbox"
  | "adjust"
  | "adjust-api"
  | "adjust-s2s"
  | "adjust-gdpr";

interface Service {
  source: ErrorSource;
  /** As people call it, for messages. */
  title: string;
}

const appStoreServer: Service = { source: "app-store-server", title: "The App Store Server API" };

const adjust: Service = { source: "adjust", title: "Adjust" };

/** Who answers at an origin. */
export const services: Readonly<Record<OriginName, Service>> = {
  "app-store-connect": { source: "app-store-connect", title: "App Store Connect" },
  "app-store-server": appStoreServer,
  "app-store-server-sandbox": appStoreServer,
  adjust,
  "adjust-api": adjust,
  "adjust-s2s": adjust,
  "adjust-gdpr": adjust,
};
