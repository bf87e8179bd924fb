import { isObject } from "../json.ts";
import { SignatureFault } from "./fault.ts";
import { codedTexts } from "./texts.ts";

/**
 * Members that hold money in thousandths of the currency, wherever they stand. Apple's pages say so of all but the tax
 * and the price without it, which are whole numbers as the others, and decimals in StoreKit.
 */
const money = new Set([
  "price",
  "renewalPrice",
  "commitmentPrice",
  "commitmentRenewalPrice",
  // Of Advanced Commerce.
  "refundAmount",
  "estimatedTax",
  "taxExclusivePrice",
]);

/** Levels of objects and lists, as for what a caller sends; Apple's have four. Deeper ones would end in the stack's end. */
const maxDepth = 32;

/** Largest time that a Date can hold, in milliseconds (ECMA-262, time values). */
const maxTime = 8.64e15;

/** Milliseconds since the epoch as ISO 8601 in UTC; anything else as it is. */
export function isoDate(value: unknown): unknown {
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= maxTime
    ? new Date(value).toISOString()
    : value;
}

/** Thousandths as a decimal with three places (9990: "9.990"); anything but a whole number as it is. */
export function decimalMoney(value: unknown): unknown {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return value;
  const digits = String(Math.abs(value)).padStart(4, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/**
 * A payload as makers can use it: times as ISO 8601, money as decimals, the text of a coded number beside it as
 * `<name>Text`. Names stay Apple's, what is absent stays absent, and what is not known passes as it is.
 *
 * @throws SignatureFault where it is nested deeper than anything of Apple's.
 */
export function friendly(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return friendlyFields(fields, 1);
}

function friendlyFields(fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  if (depth > maxDepth) throw tooDeep();
  const made: [string, unknown][] = [];
  for (const [name, value] of Object.entries(fields)) {
    made.push([name, friendlyValue(name, value, depth)]);
    const text = typeof value === "number" && Object.hasOwn(codedTexts, name) && codedTexts[name]?.[value];
    if (typeof text === "string" && !Object.hasOwn(fields, `${name}Text`)) made.push([`${name}Text`, text]);
  }
  return Object.fromEntries(made);
}

function friendlyValue(name: string, value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return friendlyList(value, depth + 1);
  if (isObject(value)) return friendlyFields(value, depth + 1);
  if (name.endsWith("Date")) return isoDate(value);
  return money.has(name) ? decimalMoney(value) : value;
}

/** What stands in a list has no name that would say what it is, unless it is an object. */
function friendlyList(values: readonly unknown[], depth: number): unknown[] {
  if (depth > maxDepth) throw tooDeep();
  return values.map((each) => friendlyValue("", each, depth));
}

const tooDeep = () => new SignatureFault("It is nested deeper than any payload that Apple signs.");
