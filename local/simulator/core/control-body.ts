import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/*
 * What bodies posted to the control server hold. Each function throws a RangeError with a sentence, which the control
 * server answers.
 */

/** The body, with no member but these. */
export function readBody(body: Json | undefined, known: readonly string[]): JsonObject {
  if (!isJsonObject(body)) throw new RangeError("The body must be a JSON object.");
  checkNames(body, known);
  return body;
}

/** Refuses a member that is not known: whoever misspells one hears of it. */
export function checkNames(object: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`${unknown} is not known; known are ${known.join(", ")}.`);
}

/** A text, or undefined where there is none. */
export function readText(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  if (value === undefined || typeof value === "string") return value;
  throw new RangeError(`${name} must be a text.`);
}

/** A whole number from 1 on, or undefined where there is none. */
export function readCount(object: JsonObject, name: string, most: number): number | undefined {
  const value = object[name];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new RangeError(`${name} must be a whole number from 1 to ${most}.`);
}

/** One of a list of words, or undefined where there is none. */
export function readChoice<Word extends string>(
  object: JsonObject,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const wanted = readText(object, name);
  const found = words.find((word) => word === wanted);
  if (wanted === undefined || found !== undefined) return found;
  throw new RangeError(`${name} must be one of ${words.join(", ")}.`);
}

/** An object, or undefined where there is none. */
export function readObject(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name];
  if (value === undefined || isJsonObject(value)) return value;
  throw new RangeError(`${name} must be an object.`);
}
