import type { ErrorDetail } from "../../../errors.ts";
import { csvField } from "./place.ts";
import { type ChangeColumn, changeColumns } from "./row.ts";

/** Other names that people give to columns, in the spelling of `plainName`. */
const aliases: Readonly<Record<string, ChangeColumn>> = {
  appid: "app",
  appleid: "app",
  bundleid: "app",
  productid: "product",
  country: "territory",
  storefront: "territory",
  start: "startDate",
  from: "startDate",
  end: "endDate",
  to: "endDate",
};

const byName = new Map<string, ChangeColumn>([
  ...Object.entries(aliases),
  ...changeColumns.map((column): [string, ChangeColumn] => [plainName(column), column]),
]);

/** Case, spaces, underscores and hyphens make no difference: "Start date", "start_date". */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, "");
}

/** What the columns of a header mean. */
export interface Header {
  /** The field of each column; undefined for one that is wrong. */
  fields: readonly (ChangeColumn | undefined)[];
  problems: readonly ErrorDetail[];
}

/**
 * Maps the names of a header to the fields of a change. Unknown and doubled columns are problems: leaving one out
 * could leave out what a sale is about.
 */
export function readHeader(names: readonly string[], line: number): Header {
  const problems: ErrorDetail[] = [];
  const seen = new Map<ChangeColumn, string>();
  const fields = names.map((name) => {
    const field = byName.get(plainName(name));
    const before = field === undefined ? undefined : seen.get(field);
    if (field === undefined) {
      problems.push({
        field: csvField(line, name),
        message: `is not a column of price changes. Known: ${changeColumns.join(", ")}.`,
      });
    } else if (before !== undefined) {
      const other = before === name ? "is there twice" : `means the same as ${before}`;
      problems.push({ field: csvField(line, name), message: `${other}: keep one of them.` });
    } else seen.set(field, name);
    return before === undefined ? field : undefined;
  });
  if (!seen.has("app")) {
    problems.push({
      field: csvField(line, "app"),
      message: "is missing: the header needs a column app, with bundle IDs or Apple IDs.",
    });
  }
  return { fields, problems };
}
