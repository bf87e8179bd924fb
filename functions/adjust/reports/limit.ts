import type { PublishedLimit } from "../../upstream/budget.ts";

/**
 * The Report Service takes 50 requests a second from one address, with bursts of 100. The burst is left alone: other
 * programs may share the address. Source: Adjust's page on the rate limits of the Report Service.
 */
export const reportLimit: PublishedLimit = { name: "adjust reports", windowMs: 1_000, limit: 50 };
