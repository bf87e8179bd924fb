import type { ErrorSource } from "../errors.ts";

/** The four origins that are called. The App Store Server API has one for each environment. */
export type OriginName = "app-store-connect" | "app-store-server" | "app-store-server-sandbox" | "adjust";

interface Service {
  source: ErrorSource;
  /** As people call it, for messages. */
  title: string;
}

const appStoreServer: Service = { source: "app-store-server", title: "The App Store Server API" };

/** Who answers at an origin. */
export const services: Readonly<Record<OriginName, Service>> = {
  "app-store-connect": { source: "app-store-connect", title: "App Store Connect" },
  "app-store-server": appStoreServer,
  "app-store-server-sandbox": appStoreServer,
  adjust: { source: "adjust", title: "Adjust" },
};
