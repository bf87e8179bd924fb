import { type Call, parseQuery } from "../core/call.ts";
import { refuse } from "./errors.ts";

/** The fields of a form, each given once. @throws Refused 400, 415. */
export function readForm(call: Call): Map<string, string> {
  const contentType = (call.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (contentType !== "application/x-www-form-urlencoded") {
    throw refuse(415, "Content-Type must be application/x-www-form-urlencoded");
  }
  const pairs = parseQuery(call.body.toString("utf8"));
  if (pairs === undefined) throw refuse(400, "The body is no form");
  const fields = new Map(pairs);
  if (fields.size !== pairs.length) throw refuse(400, "A field is given twice");
  return fields;
}
