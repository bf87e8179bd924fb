import { RelayError } from "../errors.ts";
import { parseJsonFields } from "../http/request-body.ts";
import type { Incoming } from "./source.ts";

/** Services send some hundred values at most; a megabyte of brackets would become twenty as objects. */
const maxValues = 5_000;

const json = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const form = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/** What a body says it is. */
export function contentOf({ header }: Incoming): "json" | "form" | "other" {
  const type = header("content-type") ?? "";
  if (json.test(type)) return "json";
  return form.test(type) ? "form" : "other";
}

/** The fields of a body of JSON. @throws RelayError 415, `invalid_input`. */
export function jsonFields(incoming: Incoming): Record<string, unknown> {
  if (contentOf(incoming) !== "json")
    throw unsupported("JSON with the header Content-Type: application/json");
  return parseJsonFields(incoming.bytes, maxValues);
}

/** 415. @param wanted what the body must be. */
export function unsupported(wanted: string): RelayError {
  return new RelayError("unsupported_media_type", { message: `The body must be ${wanted}.` });
}
