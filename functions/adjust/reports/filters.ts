import type { ErrorDetail } from "../../errors.ts";

/** Operators that take several values, separated by commas. Source: Adjust's description of the report's filters. */
const listOperators = ["in", "not_in"];

/** Operators on the text of a dimension. */
const textOperators = ["contains", "exclude", "starts_with", "not_starts_with", "ends_with", "not_ends_with"];

/** Operators on the value of a metric. */
const numberOperators = ["lt", "lte", "gt", "gte", "eq", "ne"];

const operators = [...listOperators, ...textOperators, ...numberOperators];

/** A slug, two underscores and an operator. The slug may hold underscores of its own, so the last two count. */
const filterName = /^([A-Za-z0-9](?:[A-Za-z0-9_.-]{0,126}[A-Za-z0-9])?)__([a-z_]{2,20})$/;

const plainNumber = /^-?\d{1,15}(\.\d{1,15})?$/;

/** Most filters of one call. Nobody builds more by hand, and the query has to fit into a URL. */
const maxFilters = 100;

/**
 * Filters such as `campaign__contains` or `installs__gt`, as they go into the query. `null` and `""` are left out, as in
 * every optional input.
 *
 * @param details takes what is wrong, by field.
 */
export function filterPairs(
  filters: Readonly<Record<string, unknown>>,
  details: ErrorDetail[],
): [string, string][] {
  const entries = Object.entries(filters).filter(([, value]) => value !== null && value !== "");
  if (entries.length > maxFilters) {
    details.push({ field: "filters", message: `takes at most ${maxFilters} filters.` });
    return [];
  }
  return entries.flatMap(([name, value]): [string, string][] => {
    const field = `filters.${name}`;
    const operator = filterName.exec(name)?.[2] ?? "";
    if (!operators.includes(operator)) {
      details.push({
        field,
        message: `must be the slug of a dimension or metric, two underscores and one of ${operators.join(", ")}, such as campaign__contains.`,
      });
      return [];
    }
    const text = filterValue(value, operator, field, details);
    return text === undefined ? [] : [[name, text]];
  });
}

function filterValue(
  value: unknown,
  operator: string,
  field: string,
  details: ErrorDetail[],
): string | undefined {
  const wrong = (message: string) => {
    details.push({ field, message });
    return undefined;
  };
  if (Array.isArray(value)) {
    if (!listOperators.includes(operator)) return wrong("takes one value, not a list.");
    if (value.length === 0) return wrong("needs at least one value.");
    return joinValues(value, field, details);
  }
  const text = plainText(value);
  if (text === undefined) return wrong("must be text or a number.");
  if (numberOperators.includes(operator) && !plainNumber.test(text)) {
    return wrong("must be a number, such as 100 or 0.5.");
  }
  return text;
}

/**
 * A list as Adjust takes it, separated by commas.
 *
 * @param details takes an item that holds a comma: nothing tells it from two items.
 */
export function joinValues(values: readonly unknown[], field: string, details: ErrorDetail[]): string {
  return values
    .map((value, index) => {
      const text = plainText(value);
      const at = `${field}[${index}]`;
      if (text === undefined) details.push({ field: at, message: "must be text or a number." });
      else if (text.includes(",")) {
        details.push({
          field: at,
          message:
            "must not hold a comma, which separates values at Adjust. Filter with __contains in filters instead.",
        });
      }
      return text;
    })
    .join(",");
}

function plainText(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  // Longest text of any field of ours; a lone surrogate cannot be percent-encoded.
  return typeof value === "string" && value !== "" && value.length <= 4096 && value.isWellFormed()
    ? value
    : undefined;
}
