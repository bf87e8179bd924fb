import { gzipSync } from "node:zlib";
import type { World } from "../world/world.ts";
import { forbidden, invalidParameter, missingParameter, refuse } from "./errors.ts";
import { type ReadParameters, readParameters } from "./parameters.ts";
import type { ConnectRoute } from "./route.ts";

const reportTypes = `
  SALES PRE_ORDER NEWSSTAND SUBSCRIPTION SUBSCRIPTION_EVENT SUBSCRIBER SUBSCRIPTION_OFFER_CODE_REDEMPTION INSTALLS
  FIRST_ANNUAL WIN_BACK_ELIGIBILITY`
  .trim()
  .split(/\s+/);

const required = { path: [], match: "exact", required: true } as const;

const parameters: ReadParameters = {
  filters: {
    vendorNumber: required,
    reportType: { ...required, values: reportTypes },
    reportSubType: {
      ...required,
      values: ["SUMMARY", "DETAILED", "SUMMARY_INSTALL_TYPE", "SUMMARY_TERRITORY", "SUMMARY_CHANNEL"],
    },
    frequency: { ...required, values: ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] },
    reportDate: { path: [], match: "exact" },
    version: { path: [], match: "exact" },
  },
};

/** The form of a report's date: a day, or the month or year where that is the frequency. */
const dateForms: Readonly<Record<string, RegExp>> = {
  DAILY: /^\d{4}-\d\d-\d\d$/,
  WEEKLY: /^\d{4}-\d\d-\d\d$/,
  MONTHLY: /^\d{4}-\d\d$/,
  YEARLY: /^\d{4}$/,
};

/** A gzip file, not JSON; errors are JSON. Individual keys can not read it, as at Apple. */
export function salesReportRoutes(world: () => World): ConnectRoute[] {
  return [
    {
      method: "GET",
      path: "/v1/salesReports",
      handle: (call, _parameters, key) => {
        if (key.issuerId === undefined) throw forbidden("Individual API keys can not read sales reports.");
        const { filters } = readParameters(call, parameters);
        const value = (name: string) => filters.find((filter) => filter.name === name)?.values[0];
        const accept = call.headers.accept ?? "*/*";
        if (!/application\/a-gzip|application\/\*|\*\/\*/.test(accept)) {
          const title = "The requested representation is not available.";
          throw refuse(406, { code: "NOT_ACCEPTABLE", title, detail: "Reports are application/a-gzip." });
        }
        const { vendorNumber, salesReports } = world().appStoreConnect;
        const frequency = value("frequency") ?? "";
        const date = value("reportDate");
        if (date === undefined) throw missingParameter("filter[reportDate]");
        if (!dateForms[frequency]?.test(date))
          throw invalidParameter("filter[reportDate]", `'${date}' is no date of a ${frequency} report.`);
        if (value("vendorNumber") !== vendorNumber)
          throw invalidParameter("filter[vendorNumber]", "The vendor number is not one of this team.");
        const report = salesReports.get(`${frequency} ${date}`);
        if (report === undefined) {
          const title = "The request expected results but none were found.";
          throw refuse(404, { code: "NOT_FOUND", title, detail: "There is no report for this date." });
        }
        const disposition = `attachment;filename=S_D_${vendorNumber}_${date}.txt.gz`;
        const headers = { "content-type": "application/a-gzip", "content-disposition": disposition };
        return { status: 200, headers, bytes: gzipSync(report) };
      },
    },
  ];
}
