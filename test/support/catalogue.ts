/**
 * Walks the catalogue: parameters of every operation and values that work, all taken from what operations declare, so
 * that an operation which is added later is attacked like the others without a line here.
 */
import { randomInt } from "node:crypto";
import fc from "fast-check";
import { writeCursor } from "../../functions/cursor.ts";
import { type Operation, placeholders } from "../../functions/operation.ts";
import { png } from "./png.ts";
import type { Answer, CallFacts } from "./relay.ts";

/** What generated values begin from; `SEED` repeats a run. To be printed by whoever generates. */
export const seed = Number(process.env.SEED ?? randomInt(2 ** 31));

/** One thing that a caller can set. */
export interface Parameter {
  name: string;
  place: "path" | "query" | "body";
  required: boolean;
  rules: Rules;
  /** What a caller sends for a text that is to reach the operation: a cursor wraps it. */
  wrap(text: string): string;
}

/** The members of a field's schema that matter here. */
interface Rules {
  title?: string;
  type?: string;
  enum?: readonly string[];
  anyCase?: boolean;
  pattern?: string;
  format?: string;
  minimum?: number;
  minItems?: number;
  items?: Rules;
  properties?: Readonly<Record<string, Rules>>;
  required?: readonly string[];
}

/** Query parameters that raw relays take for themselves, and one that they pass on. */
const rawQuery: readonly [string, Rules][] = [
  ["credential", { type: "string", pattern: "^[0-9A-Za-z-]{1,127}$" }],
  ["bundleId", { type: "string" }],
  ["filter[name]", { type: "string" }],
];

const asIs = (text: string) => text;

export function parametersOf(operation: Operation): Parameter[] {
  if (operation.kind === "raw") {
    return [
      ...placeholders(operation.route).map((name) => {
        const place = "path" as const;
        return { name, place, required: true, rules: { type: "string" }, wrap: asIs };
      }),
      ...rawQuery.map(([name, rules]) => ({
        name,
        place: "query" as const,
        required: false,
        rules,
        wrap: asIs,
      })),
    ];
  }
  const required = new Set(operation.input.required);
  return Object.entries(operation.input.properties).map(([name, schema]) => ({
    name,
    place: operation.places[name] ?? "body",
    required: required.has(name),
    rules: schema as Rules,
    wrap:
      operation.pageable && name === "cursor"
        ? (position: string) => writeCursor({ operation: operation.id, position })
        : asIs,
  }));
}

/**
 * Values that some field takes. Everything here exists in the simulator's world, or is text that every service takes.
 * A later operation with an identifier of a new kind adds one.
 */
const texts = [
  // First, since bundle IDs can be all digits, and no error tells which of two fields a credential does not fit.
  "com.example.harborkings",
  "1480000001",
  "hk1ios2game3",
  "2000000000000001",
  "USA",
  "DEU",
  "USD",
  "+01:00",
  "50",
  "2026-01-31",
  "2026-01-01",
  "2026-02-28",
  "2026-01-31T00:00:00Z",
  "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90",
  "demo-team",
  "demo-in-app-purchase",
  "demo-adjust",
  "demo-shared-secret",
  "zd33nsdmk3fq3247afxg8",
  "item-000001",
  "a-token-of-43-characters_that-opens-nothing",
  "demo-adjust-s2s",
  "production",
  "v1/apps",
  "inApps/v1/subscriptions/2000000000000001",
  "app-automation/apps/list",
  "abc123",
  "idfa",
  "EUR",
  "203.0.113.7",
  "https://example.com/a",
  "en-US",
  "LINE_ITEM",
  png(3_840, 160).toString("base64"),
  "app,price\r\n1480000001,0.99\r\n",
  "https://prod-00.westeurope.logic.azure.com/workflows/x",
  "0ubocf1hm0123456789abcdef01234567",
  // Some times must not be long ago, and some days must be ahead, one after the other.
  new Date().toISOString(),
  new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10),
  new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
  // The beginning of a time that is not long ago and ends before now.
  new Date(Date.now() - 86_400_000).toISOString(),
  // A place in a list of transactions: the last one of a page, and the page's revision.
  "7_1700000000000_300000000001005",
  // A place in the history of notifications: the end of the time, and how many of Apple's page are over.
  `${Date.now()}_0_`,
  // Another app, where a product has the ID of the first.
  "com.example.stillwater",
] as const;

/**
 * Objects whose required members are not enough, by the title of their schema. Their app is the one that all others name:
 * tables of prices are read of the first product that is asked for.
 */
const objects: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "Price change": { app: "1480000001", price: "0.99" },
  "External purchase line item": {
    lineItemId: "example-value",
    creationDate: "2026-01-31T00:00:00Z",
    eventType: "BUY",
    productType: "ONE_TIME_BUY",
    productIdentifier: "example-value",
    quantity: 1,
    amountTaxExclusive: "8",
    taxAmount: "2",
    amountTaxInclusive: "10",
    netAmountTaxExclusive: "8",
    pricingCurrency: "EUR",
    reportingCurrency: "EUR",
    taxCountry: "DEU",
  },
};

/** Values to try for a parameter, those that its schema allows. */
export function candidates({ rules }: Pick<Parameter, "rules">): readonly unknown[] {
  switch (rules.type) {
    case "string": {
      const pattern = rules.pattern === undefined ? undefined : new RegExp(rules.pattern);
      return rules.enum ?? texts.filter((text) => !pattern || pattern.test(text));
    }
    case "integer":
    case "number":
      return [rules.minimum ?? 1];
    case "boolean":
      return [true, false];
    case "object": {
      const own = objects[rules.title ?? ""];
      if (own) return [own];
      // The second is a filter of a report, whose names have a form.
      if (!rules.properties) {
        return [{ "example-name": "example-value" }, { campaign__contains: "example-value" }];
      }
      return [
        Object.fromEntries(
          (rules.required ?? []).map((name) => [
            name,
            candidates({ rules: rules.properties?.[name] ?? {} })[0],
          ]),
        ),
      ];
    }
    case "array": {
      const one = candidates({ rules: rules.items ?? {} }).map((item) => [item]);
      return rules.minItems ? one : [[], ...one];
    }
    default:
      return [{ data: null }];
  }
}

/** Values of an operation's parameters, by name, as texts that are yet to be wrapped. */
export type Values = ReadonlyMap<string, unknown>;

/** The HTTP request of these values. */
export function toFacts(operation: Operation, values: Values): CallFacts {
  const wraps = new Map(parametersOf(operation).map((parameter) => [parameter.name, parameter.wrap]));
  const wrapped = [...values].map(([name, value]): [string, unknown] => [
    name,
    typeof value === "string" ? (wraps.get(name) ?? asIs)(value) : value,
  ]);
  if (operation.kind === "typed") return { input: Object.fromEntries(wrapped) };
  const inRoute = placeholders(operation.route);
  const texts = wrapped.map(([name, value]): [string, string] => [name, String(value)]);
  return {
    params: Object.fromEntries(texts.filter(([name]) => inRoute.includes(name))),
    query: texts.filter(([name]) => !inRoute.includes(name)),
  };
}

/** Whether a call was not refused as bad input. A 400 without an error of ours is a service's own, passed through. */
export function goesThrough({ status, error }: Pick<Answer, "status" | "error">): boolean {
  return status !== 400 || error === undefined;
}

/**
 * Finds values of the required parameters, and of `also`, with which an operation goes through. It tries what the
 * schemas allow and lets the operation's own errors say which value to change.
 *
 * @param probe runs a call; what it answers with anything but a 400 of ours went through.
 * @throws Error when nothing goes through: `texts` lacks a value of a new kind.
 */
export async function findExample(
  operation: Operation,
  probe: (facts: CallFacts) => Promise<Pick<Answer, "status" | "error">>,
  also: readonly string[] = [],
): Promise<Values> {
  const parameters = new Map(parametersOf(operation).map((parameter) => [parameter.name, parameter]));
  const tried = new Map<string, number>();
  for (const { name, required } of parameters.values()) {
    if (required || also.includes(name)) tried.set(name, 0);
  }
  const choose = (): Map<string, unknown> =>
    new Map(
      [...tried].map(([name, index]) => {
        const parameter = parameters.get(name);
        return [name, parameter && candidates(parameter)[index]];
      }),
    );
  let said = "";
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const values = choose();
    const answer = await probe(toFacts(operation, values));
    if (goesThrough(answer)) return values;
    const { error } = answer;
    said = `${error?.message} ${JSON.stringify(error?.details)}`;
    // A field with two faults goes on by one value as well.
    const wrong = new Set((error?.details ?? []).map(({ field }) => field.split(/[.[ ]/)[0] ?? ""));
    if (wrong.size === 0) wrong.add("credential");
    for (const name of wrong) {
      const parameter = parameters.get(name);
      const index = tried.get(name);
      if (!parameter) continue;
      const next = index === undefined ? 0 : index + 1;
      if (next < candidates(parameter).length) tried.set(name, next);
      else turnChoice(parameters, tried);
    }
  }
  throw new Error(`No values go through ${operation.id}: add one to "texts". It said: ${said}`);
}

/** A field that no value of its own cures is in the way of a choice: a body is, of GET. */
function turnChoice(parameters: ReadonlyMap<string, Parameter>, tried: Map<string, number>): void {
  for (const [name, index] of tried) {
    const words = parameters.get(name)?.rules.enum;
    if (words) tried.set(name, (index + 1) % words.length);
  }
}

/** Pieces of which attacks on URLs are made. */
export const hostilePieces = [
  ".",
  "..",
  "/",
  "//",
  "\\",
  "%2e%2e",
  "%2f",
  "%5c",
  "%252e",
  "..;/",
  "\t",
  "\r\n",
  "\0",
  "%00",
  "%0d%0a",
  "\uff0e\uff0e",
  "\uff0f",
  "\ud800",
  "@evil.test",
  "https://evil.test/",
  "//evil.test",
  ":443",
  "#",
  "?",
  "&",
  "=",
  "+",
  " ",
  "'",
  ";",
  "\u2028",
  "\u202e",
  "\u0130",
  "v1",
] as const;

/** Texts that attack a parameter: noise, pieces around values that work, and values of the right form. */
export function hostileText(parameter: Parameter): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...hostilePieces), fc.constantFrom(...texts));
  const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
  const { pattern, enum: words } = parameter.rules;
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 6 }).map((all) => all.join("")) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme" }) },
    { weight: 2, arbitrary: fc.array(unit, { maxLength: 12 }).map((all) => all.join("")) },
    { weight: 2, arbitrary: fc.constantFrom(...texts, ...(words ?? [])) },
    ...(pattern === undefined ? [] : [{ weight: 2, arbitrary: fc.stringMatching(new RegExp(pattern)) }]),
  );
}
