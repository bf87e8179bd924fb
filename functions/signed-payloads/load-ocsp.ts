/** Loads the protocol for certificate statuses with its library, which an app that checks none never needs. */
export const loadOcsp = () => import("./ocsp.ts");
