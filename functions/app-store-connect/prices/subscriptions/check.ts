import type { ErrorDetail } from "../../../errors.ts";
import type { ItemError } from "../../../jobs/item.ts";
import type { PriceChange, Territory } from "../model.ts";
import { placeOf } from "../timeline/words.ts";
import type { StartingPrice } from "./model.ts";
import { samePrice } from "./timeline.ts";
import { several } from "./warnings.ts";

/** One change that cannot be made, with why. */
interface Problem {
  code: string;
  detail: ErrorDetail;
}

interface CheckFacts {
  changes: readonly PriceChange[];
  /** Territories that a change concerns. */
  territoriesOf(change: PriceChange): readonly Territory[];
  /** Where a price for all territories is named; undefined where that cannot be told. */
  reference: Territory | undefined;
  /** Whether present subscribers may pay a price in this territory. */
  hasSubscribers(territory: Territory): boolean;
}

/** Why changes of a subscription cannot be planned, every problem with its field; undefined when they can. */
export function checkChanges({ changes, ...facts }: CheckFacts): ItemError | undefined {
  return toError(changes.flatMap((change) => problemsOf(change, facts)));
}

function problemsOf(change: PriceChange, facts: Omit<CheckFacts, "changes">): Problem[] {
  const { territory, action, endDate, preserveCurrentPrice } = change;
  const problem = (code: string, field: keyof PriceChange, message: string): Problem => ({
    code,
    detail: { field: `${placeOf(change)}.${field}`, message },
  });
  const problems: Problem[] = [];
  if (endDate !== null) {
    problems.push(
      problem(
        "end_date_not_supported",
        "endDate",
        "prices of subscriptions have no end: leave it out and add a second change that starts on that day, or make an offer in App Store Connect.",
      ),
    );
  }
  if (territory === undefined) {
    problems.push(
      problem(
        "territory_required",
        "territory",
        "subscriptions have no base territory: name one such as USA, or * for all of them.",
      ),
    );
  }
  if (action === "cancel") return problems;
  if (territory === "*" && facts.reference === undefined) {
    problems.push(
      problem(
        "territory_required",
        "territory",
        "must be named: the subscription has no price in USA, so it is not known which currency a price for * is in.",
      ),
    );
  } else if (preserveCurrentPrice === undefined && facts.territoriesOf(change).some(facts.hasSubscribers)) {
    problems.push(
      problem(
        "preserve_choice_required",
        "preserveCurrentPrice",
        "is required: true lets present subscribers keep their price, false moves them to the new one.",
      ),
    );
  }
  return problems;
}

/** That the first prices of a subscription were to start later. */
export function startsTooLate(changes: readonly PriceChange[]): ItemError | undefined {
  return toError(
    changes.map((change) => ({
      code: "first_price_must_start_now",
      detail: {
        field: `${placeOf(change)}.startDate`,
        message:
          "the first price of a subscription holds at once: leave it out, or put a change without it first.",
      },
    })),
  );
}

/** That Apple names no price for a territory which the subscription is sold in. */
export function notEqualized(change: PriceChange, territories: readonly Territory[]): ItemError {
  return {
    code: "no_equalization",
    message: `Apple equalizes the price of ${placeOf(change)} with none in ${territories.join(", ")}.`,
    hint: "Name the territories one by one, each with its price.",
  };
}

/** That two prices of a territory start on the same day, so that nobody can tell which of them holds. */
export function unclear(prices: readonly StartingPrice[]): ItemError | undefined {
  const seen = new Map<string, StartingPrice>();
  for (const price of prices) {
    const { territory, startDate, point } = price;
    const key = `${territory} ${startDate}`;
    const other = seen.get(key);
    if (other && !samePrice(other.point, point)) {
      const day = startDate === null ? "without a start" : `that start on ${startDate}`;
      return {
        code: "prices_unclear",
        message: `Apple lists two prices in ${territory} ${day}, ${other.point.price} and ${point.price}, and does not say which one holds.`,
        hint: "Look at the subscription in App Store Connect and change its prices there.",
      };
    }
    seen.set(key, price);
  }
  return undefined;
}

/** All problems in one, each reason once with its fields; the code is that of the first. */
function toError(problems: readonly Problem[]): ItemError | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const fieldsOf = new Map<string, Set<string>>();
  for (const { detail } of problems) {
    fieldsOf.set(detail.message, (fieldsOf.get(detail.message) ?? new Set()).add(detail.field));
  }
  return {
    code: first.code,
    message: [...fieldsOf]
      .map(([message, fields]) => `${several([...fields], "fields")}: ${message}`)
      .join(" "),
    hint: "Correct this and plan again.",
    details: problems.map(({ detail }) => detail),
  };
}
