import type { Static } from "typebox";
import * as Type from "typebox";
import { anything, flag, integer, list, text } from "../../schema.ts";
import { documentedPeriods, maxDays } from "./period.ts";
import { slugForm, slugPattern } from "./slugs.ts";

/** Dimensions and metrics of one report: far more than a table can show, few enough for a URL. */
const maxColumns = 100;

/** Values of one filter. 200 tokens fill about a third of a URL. */
const maxValues = 200;

const credential = { credential: "credential" } as const;

/** A dropdown of a list of Adjust's catalogue whose IDs are what the report's parameter takes. */
function listed(name: string) {
  return {
    operationId: "LookUpAdjustReportOptions",
    parameters: { list: { value: name }, ...credential },
  } as const;
}

/** A word of an enumeration of Adjust's, which stays open: it may hold nothing that could be a separator. */
const word = { pattern: "^[A-Za-z0-9_-]{1,64}$", form: "a word: letters, digits, _ and -" } as const;

const advanced = { visibility: "advanced" } as const;

/** Names of parameters: Adjust's documentation of the report endpoint, in our spelling. */
export const reportFields = {
  dimensions: list(
    "Dimensions",
    "What the numbers are broken down by, such as day and partner_name. Rows have them in this order.",
    text("Dimension", "Slug of a dimension, such as partner_name.", {
      pattern: slugPattern,
      form: slugForm,
      options: { operationId: "LookUpAdjustDimensions", parameters: credential },
    }),
    { minItems: 1, maxItems: maxColumns, visibility: "important" },
  ),
  metrics: list(
    "Metrics",
    "What is counted, such as installs and network_cost.",
    text("Metric", "Slug of a metric, such as installs.", {
      pattern: slugPattern,
      form: slugForm,
      options: { operationId: "LookUpAdjustMetrics", parameters: credential },
    }),
    { minItems: 1, maxItems: maxColumns, visibility: "important" },
  ),
  lastDays: Type.Optional(
    integer(
      "Last days",
      "Reports this many whole days, up to yesterday. Use this, or the period, or the first and last day.",
      { minimum: 1, maximum: maxDays, visibility: "important" },
    ),
  ),
  period: Type.Optional(
    text(
      "Period",
      `Days to report: ${documentedPeriods.join(", ")}, days such as 2026-01-01:2026-01-31, or days back such as -7d:-1d.`,
      { maxLength: 64 },
    ),
  ),
  startDate: Type.Optional(
    text("First day", "First day to report, such as 2026-01-01. The last day goes with it.", {
      format: "date",
    }),
  ),
  endDate: Type.Optional(
    text("Last day", "Last day to report, such as 2026-01-31. The first day goes with it.", {
      format: "date",
    }),
  ),
  appTokens: Type.Optional(
    list(
      "Apps",
      "Reports these apps only. Name them where a report must be complete: without it the newest links may be missing.",
      text("App", "Adjust app token, such as abc123def456.", {
        pattern: "^[a-z0-9]{1,64}$",
        form: "an Adjust app token: lower-case letters and digits",
        options: { operationId: "LookUpAdjustReportApps", parameters: credential },
      }),
      { maxItems: maxValues, visibility: "important" },
    ),
  ),
  countries: Type.Optional(
    list(
      "Countries",
      "Reports these countries only.",
      text("Country", "Two-letter ISO 3166 code of a country, such as US.", {
        pattern: "^[A-Za-z]{2}$",
        form: "a country of two letters, such as US",
      }),
      { maxItems: 300 },
    ),
  ),
  osNames: Type.Optional(
    list(
      "Operating systems",
      "Reports these operating systems only.",
      text("Operating system", "Name of an operating system, such as ios or android.", {
        ...word,
        options: listed("os_names"),
      }),
      { maxItems: maxValues },
    ),
  ),
  partners: Type.Optional(
    list(
      "Partners",
      "Reports these partners only.",
      text("Partner", "Name of a partner as the dimension partner_name has it, such as AppLovin.", {
        maxLength: 256,
      }),
      { maxItems: maxValues },
    ),
  ),
  filters: Type.Optional(
    anything(
      "Filters",
      "Further filters by name: a dimension or metric, two underscores and an operator, such as campaign__contains or installs__gt.",
      advanced,
    ),
  ),
  attributionTypes: Type.Optional(
    list(
      "Attribution types",
      "Engagements that count: click, impression and engaged_ad. Left empty, all three count.",
      text("Attribution type", "An engagement, such as click.", word),
      { minItems: 1, maxItems: 20, ...advanced },
    ),
  ),
  attributionSource: Type.Optional(
    text(
      "Attribution source",
      "Who gets what happens in the app: first for the source of the install, dynamic for the later ones too. Left empty, it is dynamic.",
      { ...word, ...advanced },
    ),
  ),
  reattributed: Type.Optional(
    text(
      "Reattributed users",
      "Which users count: all, true for reattributed ones only, false for the others only. Left empty, it is all.",
      { ...word, ...advanced },
    ),
  ),
  utcOffset: Type.Optional(
    text("UTC offset", "Offset of the report's days from UTC, such as +01:00. Left empty, it is +00:00.", {
      pattern: "^[+-](0\\d|1[0-4]):[0-5]\\d$",
      form: "an offset from UTC, such as +01:00 or -08:00",
      ...advanced,
    }),
  ),
  currency: Type.Optional(
    text(
      "Currency",
      "ISO 4217 code of the currency of money, such as USD. Left empty, it is the account's.",
      {
        pattern: "^[A-Z]{3}$",
        form: "an ISO 4217 code in capitals, such as USD",
        options: listed("currencies"),
        ...advanced,
      },
    ),
  ),
  adSpendMode: Type.Optional(
    text(
      "Ad spend mode",
      "Where ad spend is taken from: adjust, network or mixed. Left empty, Adjust decides.",
      { ...word, ...advanced },
    ),
  ),
  adRevenueSources: Type.Optional(
    list(
      "Ad revenue sources",
      "Counts ad revenue of these sources only.",
      text("Ad revenue source", "Slug of a source of ad revenue.", {
        maxLength: 256,
        options: listed("ad_revenue_sources"),
      }),
      { maxItems: maxValues, ...advanced },
    ),
  ),
  iapRevenueMode: Type.Optional(
    text(
      "Purchase revenue mode",
      "Share of gross revenue that counts: GROSS_100, GROSS_85, GROSS_70 or GROSS_60. Left empty, Adjust decides.",
      { ...word, ...advanced },
    ),
  ),
  cohortMaturity: Type.Optional(
    text(
      "Cohort maturity",
      "Values of cohorts that are still young: immature shows them as they are, mature as zero. Left empty, Adjust decides.",
      { ...word, ...advanced },
    ),
  ),
  periodOverPeriod: Type.Optional(
    text("Compare with", "Period to compare with, such as previous_week.", {
      ...word,
      options: listed("period_over_period"),
      ...advanced,
    }),
  ),
  sandbox: Type.Optional(
    flag(
      "Sandbox",
      "Whether to report sandbox data in place of production data. Left empty, it is production.",
      {
        ...advanced,
      },
    ),
  ),
  sort: Type.Optional(
    list(
      "Sort by",
      "Dimensions and metrics to sort by, the first one first.",
      text(
        "Sort by",
        "Slug of a dimension or metric, with a minus before it for the largest first, such as -installs.",
        {
          pattern: "^-?[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$",
          form: `${slugForm}; a minus may stand before it`,
        },
      ),
      { maxItems: maxColumns, ...advanced },
    ),
  ),
};

const ReportInput = Type.Object(reportFields);

/** What a caller asks for, its form checked. */
export type ReportInput = Static<typeof ReportInput>;
