import type { TObject, TSchema } from "typebox";
import type { ErrorDetail } from "./errors.ts";

/** The parts of JSON Schema that our schemas use. */
interface Rules {
  type?: string;
  enum?: readonly string[];
  anyCase?: boolean;
  pattern?: string;
  form?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  /** The items are checked one by one by the operation: a bad one is a result of its own, not the end of the call. */
  checkedApart?: boolean;
  /** The field takes `true` alone; this sentence says what will happen then. */
  confirms?: string;
  items?: TSchema;
  properties?: Readonly<Record<string, TSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean | TSchema;
}

/** Problems past this many are not looked for: nobody reads them, and hostile bodies could make millions. */
const maxProblems = 100;

/** What became of an input: the value the operation gets, and every problem found on the way. */
export interface CheckedInput {
  value: unknown;
  problems: readonly ErrorDetail[];
}

/**
 * Checks an input against an operation's schema and lists every problem, each with the path of its field.
 *
 * Flows send `null` and `""` for fields that were left empty, text for numbers and numbers for text. So in optional
 * fields `null` and `""` count as absent, and a value of the neighbouring type is taken where nothing is lost.
 * Nothing else is changed.
 */
export function checkInput(schema: TObject, given: Readonly<Record<string, unknown>>): CheckedInput {
  const problems: ErrorDetail[] = [];
  const value = check(schema, given, "", problems);
  return { value, problems };
}

function check(schema: TSchema, given: unknown, field: string, problems: ErrorDetail[]): unknown {
  if (problems.length >= maxProblems) return given;
  const rules: Rules = schema;
  const wrong = (message: string) => {
    problems.push({ field: field || "body", message });
    return given;
  };
  switch (rules.type) {
    case "object":
      return checkObject(rules, given, field, problems);
    case "array":
      return checkArray(rules, given, field, problems);
    case "boolean":
      if (rules.confirms !== undefined) {
        return given === true || given === "true" || wrong(mustConfirm(rules.confirms));
      }
      if (given === "true") return true;
      if (given === "false") return false;
      return typeof given === "boolean" ? given : wrong("must be true or false.");
    case "integer":
    case "number":
      return checkNumber(rules, given, wrong);
    case "string":
      return checkText(rules, given, wrong);
    default:
      return given;
  }
}

function checkObject(rules: Rules, given: unknown, field: string, problems: ErrorDetail[]): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    problems.push({ field: field || "body", message: "must be an object with named fields." });
    return given;
  }
  const properties = rules.properties ?? {};
  const required = new Set(rules.required);
  const value: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(given)) {
    if (problems.length >= maxProblems) return value;
    const path = field ? `${field}.${name}` : name;
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (name === "__proto__") {
      problems.push({ field: path, message: "is not a field name that can be sent." });
    } else if (property) {
      const absent = item === undefined || ((item === null || item === "") && !required.has(name));
      if (!absent) value[name] = check(property, item, path, problems);
    } else if (rules.additionalProperties === true) {
      value[name] = item;
    } else if (typeof rules.additionalProperties === "object") {
      const empty = item === null || item === "";
      if (!empty) value[name] = check(rules.additionalProperties, item, path, problems);
    } else {
      const known = Object.keys(properties);
      problems.push({
        field: path,
        message: `is not a field of this ${field ? "object" : "operation"}. ${
          known.length > 0 ? `Known: ${known.join(", ")}.` : "It takes none."
        }`,
      });
    }
  }
  for (const name of required) {
    if (!Object.hasOwn(given, name)) {
      const { confirms }: Rules = properties[name] ?? {};
      const message = confirms === undefined ? "is required." : mustConfirm(confirms);
      problems.push({ field: field ? `${field}.${name}` : name, message });
    }
  }
  return value;
}

function mustConfirm(consequence: string): string {
  return `must be true. ${consequence}`;
}

function checkArray(rules: Rules, given: unknown, field: string, problems: ErrorDetail[]): unknown {
  if (!Array.isArray(given)) {
    problems.push({ field, message: "must be a list." });
    return given;
  }
  if (rules.minItems !== undefined && given.length < rules.minItems) {
    problems.push({
      field,
      message: `needs at least ${rules.minItems} ${rules.minItems === 1 ? "item" : "items"}.`,
    });
  }
  if (rules.maxItems !== undefined && given.length > rules.maxItems) {
    problems.push({ field, message: `takes at most ${rules.maxItems} items, not ${given.length}.` });
    return given;
  }
  const { items } = rules;
  if (rules.checkedApart) return given;
  return items ? given.map((item, index) => check(items, item, `${field}[${index}]`, problems)) : given;
}

function checkNumber(rules: Rules, given: unknown, wrong: (message: string) => unknown): unknown {
  const kind = rules.type === "integer" ? "a whole number" : "a number";
  let number = given;
  // Only the plain decimal spelling: "1e3", "0x10" and " 5" are not what somebody typed into a number field.
  if (typeof given === "string" && /^-?\d{1,15}(\.\d{1,15})?$/.test(given)) number = Number(given);
  if (typeof number !== "number" || !Number.isFinite(number)) return wrong(`must be ${kind}.`);
  if (rules.type === "integer" && !Number.isSafeInteger(number)) return wrong(`must be ${kind}.`);
  if (rules.minimum !== undefined && number < rules.minimum)
    return wrong(`must be ${rules.minimum} or more.`);
  if (rules.maximum !== undefined && number > rules.maximum)
    return wrong(`must be ${rules.maximum} or less.`);
  return number;
}

function checkText(rules: Rules, given: unknown, wrong: (message: string) => unknown): unknown {
  let text = given;
  if (typeof given === "number") {
    if (!Number.isFinite(given) || (Number.isInteger(given) && !Number.isSafeInteger(given))) {
      return wrong("is too long for a JSON number and may have lost digits: send it as text, in quotes.");
    }
    text = String(given);
  }
  if (typeof text !== "string") return wrong("must be text.");
  if (text === "") return wrong("must not be empty.");
  if (!text.isWellFormed()) return wrong("contains half of a character (a lone surrogate).");
  // Before the pattern: a pattern runs on text of a known length only.
  if (rules.maxLength !== undefined && isLonger(text, rules.maxLength)) {
    return wrong(`must be at most ${rules.maxLength} characters long.`);
  }
  if (rules.minLength !== undefined && !isLonger(text, rules.minLength - 1)) {
    return wrong(`must be at least ${rules.minLength} characters long.`);
  }
  if (rules.enum) {
    const spelling = text;
    const match = rules.anyCase
      ? rules.enum.find((word) => word.toLowerCase() === spelling.toLowerCase())
      : rules.enum.find((word) => word === spelling);
    return match ?? wrong(`must be one of ${rules.enum.join(", ")}.`);
  }
  if (rules.pattern !== undefined && !new RegExp(rules.pattern).test(text)) {
    return wrong(`must be ${rules.form ?? `text that matches ${rules.pattern}`}.`);
  }
  if (rules.format === "date-time" && !isDateTime(text)) {
    return wrong("must be a date and time in ISO 8601, such as 2026-01-31T00:00:00Z.");
  }
  if (rules.format === "date" && !isDay(text)) return wrong("must be a day such as 2026-01-31.");
  return text;
}

/** Whether a text has more characters, as JSON Schema counts them: one of two halves, such as an emoji, is one. */
function isLonger(text: string, most: number): boolean {
  if (text.length <= most || text.length > 2 * most) return text.length > most;
  let characters = 0;
  for (const _character of text) characters += 1;
  return characters > most;
}

/** A day that exists, as `2026-01-31`. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Date.parse turns 31 February into March: the round trip finds that out.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A date and time with its offset as RFC 3339 has it, which JSON Schema means by `date-time`; or a day. */
export function isDateTime(text: string): boolean {
  if (isDay(text)) return true;
  const match = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/.exec(
    text,
  );
  return match?.[1] !== undefined && isDay(match[1]) && !Number.isNaN(Date.parse(text));
}
