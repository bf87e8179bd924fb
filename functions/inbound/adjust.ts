import { createHash } from "node:crypto";
import { fromAdjust } from "../adjust/field-names.ts";
import { invalidInput } from "../errors.ts";
import { isObject } from "../json.ts";
import { SignatureFault } from "../signed-payloads/index.ts";
import { contentOf, jsonFields, unsupported } from "./body.ts";
import { callbackEvent } from "./callback-event.ts";
import type { Incoming, Verify } from "./source.ts";

/** Adjust has some 300 placeholders; each is a parameter of the callback's URL. */
const maxParameters = 1_000;

/** Shorter ones are no secrets, which the credential sees to; longer ones fit into no URL beside the placeholders. */
const tokenLength = { least: 32, most: 2_048 };

/** A callback of Adjust: placeholders in the query, in a form or in JSON, and a secret token in the query. */
export const verifyCallback: Verify = async (incoming, { keys, signal, receivedAt }) => {
  const [token = "", ...others] = incoming.query.flatMap(([name, value]) =>
    name === "token" ? [value] : [],
  );
  if (others.length > 0 || token.length < tokenLength.least || token.length > tokenLength.most) {
    throw new SignatureFault("Its token is missing, given twice, or of no length that a token has.");
  }
  const parameters = parametersOf(incoming);
  if (parameters.length > maxParameters) {
    throw invalidInput([{ field: "query", message: "has more parameters than Adjust has placeholders." }]);
  }
  const isOurs = await keys.find(
    "adjust-callback",
    async (credential) => (await credential.isSecret(token, signal)) || undefined,
    signal,
  );
  if (!isOurs) throw new SignatureFault("Its token is none of those that the vault holds.");
  const data = withoutToken(fieldsOf(parameters), token);
  const bundleIds = new Map((await keys.apps(signal)).map((app) => [app.appAppleId, app.bundleId]));
  return callbackEvent({
    id: idOf(parameters),
    data,
    bundleIdOf: (appId) => bundleIds.get(appId),
    receivedAt,
  });
};

/** Everything that a callback says, by name and value, apart from the token; what Adjust had no value for is left out. */
function parametersOf(incoming: Incoming): [string, unknown][] {
  const query = incoming.query.filter(([name]) => name !== "token");
  const all: (readonly [string, unknown])[] = [...query, ...bodyOf(incoming)];
  return all.flatMap(([name, value]) => (value === "" || value === null ? [] : [[name, value]]));
}

function bodyOf(incoming: Incoming): (readonly [string, unknown])[] {
  if (incoming.bytes.length === 0) return [];
  switch (contentOf(incoming)) {
    case "json":
      return Object.entries(jsonFields(incoming));
    case "form":
      return [...new URLSearchParams(incoming.bytes.toString("utf8"))];
    default:
      throw unsupported("a form (application/x-www-form-urlencoded) or JSON (application/json)");
  }
}

/**
 * Adjust gives a callback no ID. What it sends again is the same URL, and two callbacks differ in at least one value
 * where their URL has the time in it: so the ID is over all values, whatever place and order they came in.
 */
function idOf(parameters: readonly (readonly [string, unknown])[]): string {
  const texts = parameters.map(([name, value]) => JSON.stringify([name, value])).sort();
  return createHash("sha256").update(texts.join("\n")).digest("hex");
}

/** The parameters in our spelling; one that came several times is a list. */
function fieldsOf(parameters: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const fields = new Map<string, unknown[]>();
  for (const [name, value] of parameters) fields.set(name, [...(fields.get(name) ?? []), value]);
  const named = Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
  const ours = fromAdjust(named);
  return isObject(ours) ? ours : {};
}

/** A callback may repeat its own URL in a parameter: the token is nobody's business who reads events. */
function withoutToken(data: Record<string, unknown>, token: string): Record<string, unknown> {
  const written = JSON.stringify(data);
  const clean = [token, encodeURIComponent(token)].reduce(
    (text, form) => text.replaceAll(JSON.stringify(form).slice(1, -1), "[redacted]"),
    written,
  );
  return clean === written ? data : JSON.parse(clean);
}
