/** The four services, each on a server and an origin of its own. */
export const serviceNames = ["appStoreConnect", "appStoreServer", "appStoreServerSandbox", "adjust"] as const;

export type ServiceName = (typeof serviceNames)[number];
