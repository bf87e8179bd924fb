/**
 * The path of an upstream URL, made of a template's own text and encoded segments. The only way to build one from
 * values, so that no value can become a separator, a parent folder or another host.
 */
export interface UpstreamPath {
  /** As it goes into the URL, beginning with `/`. */
  readonly encoded: string;
  /** The template with `{}` for each value, for pacing and logs. */
  readonly template: string;
}

/**
 * Builds an upstream path: `` path`/v1/apps/${appId}` ``.
 *
 * @throws TypeError when a value is empty, only dots, or not well-formed. Inputs are checked against the pattern of
 *   their kind before, so this is the second lock of the door: `encodeURIComponent` leaves `.` and `..` alone.
 */
export function path(strings: TemplateStringsArray, ...values: readonly string[]): UpstreamPath {
  let encoded = strings[0] ?? "";
  for (const [index, value] of values.entries()) {
    if (value === "" || /^\.+$/.test(value) || !value.isWellFormed()) {
      throw new TypeError("A path segment is empty, only dots, or not well-formed.");
    }
    encoded += encodeURIComponent(value) + (strings[index + 1] ?? "");
  }
  return { encoded, template: strings.join("{}") };
}

/** What a segment of a raw relay's path may be. */
const rawSegment = /^[A-Za-z0-9._~:=,+-]+$/;

/** The same in words, for errors. */
export const rawPathForm =
  "may hold letters, digits and . _ ~ : = , + - between its slashes, nothing percent-encoded, and no empty or dot segments.";

/**
 * A raw relay's path as it was sent, or undefined when any segment could be read in more than one way.
 *
 * @param sent the path below the relay's route, without a leading `/`.
 */
export function rawPath(sent: string): UpstreamPath | undefined {
  const segments = sent.split("/");
  if (sent.length > 4096) return undefined;
  const clean = segments.every((segment) => rawSegment.test(segment) && !/^\.+$/.test(segment));
  if (!clean) return undefined;
  const template = segments.map((segment) => (isIdentifier(segment) ? "{}" : segment)).join("/");
  return { encoded: `/${sent}`, template: `/${template}` };
}

/**
 * Whether a segment looks like an identifier rather than a word of the API: budgets are kept for an endpoint, not for
 * each of its resources. A wrong guess only splits or joins budgets that the service's own answers correct.
 */
function isIdentifier(segment: string): boolean {
  // Words of the APIs hold a digit only as their version: v1, inAppPurchasesV2.
  return /\d/.test(segment) && !/^([A-Za-z]+V|v)\d$/.test(segment);
}

/**
 * The URL of an upstream call. It is parsed again and must come out as it went in: same origin, same path.
 *
 * @throws TypeError when it does not.
 */
export function upstreamUrl(
  origin: string,
  path: UpstreamPath,
  query: readonly (readonly [string, string])[],
): string {
  const search = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const text = `${origin}${path.encoded}${search ? `?${search}` : ""}`;
  const url = new URL(text);
  if (url.origin !== origin || url.pathname !== path.encoded || url.hash !== "" || url.href !== text) {
    throw new TypeError("The upstream URL does not parse back to what it was built from.");
  }
  return text;
}

/** Percent-encodes a query name or value; `'` too, which the URL parser would encode on its own. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("'", "%27");
}
