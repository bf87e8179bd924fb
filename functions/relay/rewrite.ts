import { malformed } from "../upstream/body.ts";
import { rawPath } from "../upstream/path.ts";
import { findLinks } from "./links.ts";

/** What the links of an answer are rewritten with. */
export interface LinkFacts {
  /** Origins that a link may name: the configured one and the service's public one. */
  origins: readonly string[];
  /** Address of the relay's route, without a trailing `/`. */
  relayUrl: string;
  /** Path of the upstream request, which a link to the next page must have too. */
  path: string;
  /** Query of the upstream request, which such a link must not have too: it would lead to the page it stands on. */
  query: readonly (readonly [string, string])[];
  /** The caller's `credential`, to be kept. */
  credential: string | undefined;
}

/**
 * A JSON answer whose top-level links lead through the relay, so that an unmodified SDK pages through it.
 *
 * @param text the answer, already found to be valid JSON.
 * @returns the text; the same string when there is nothing to rewrite.
 * @throws UpstreamFailure `malformed` for a link of another origin and for a `next` of another route or
 *   of the very page.
 */
export function rewriteLinks(text: string, facts: LinkFacts): string {
  if (!text.includes('"links"') && !text.includes("\\u")) return text;
  let result = "";
  let done = 0;
  for (const { name, span } of findLinks(text)) {
    const link: unknown = JSON.parse(text.slice(span.start, span.end));
    result += text.slice(done, span.start) + JSON.stringify(relayLink(name, String(link), facts));
    done = span.end;
  }
  return done === 0 ? text : result + text.slice(done);
}

function relayLink(name: string, link: string, facts: LinkFacts): string {
  const { origins, relayUrl, path, query: asked, credential } = facts;
  const url = parsed(link);
  const known = url && origins.includes(url.origin) && url.username === "" && url.password === "";
  if (!known || (url.pathname !== path && (name === "next" || !rawPath(url.pathname.slice(1))))) {
    throw malformed(`Its link “${name}” leads elsewhere.`);
  }
  const isSamePage =
    url.searchParams.size === asked.length && textOf([...url.searchParams]) === textOf(asked);
  if (name === "next" && isSamePage) {
    throw malformed("Its link “next” leads back to the same page.");
  }
  const query = credential === undefined ? [] : [`credential=${encodeURIComponent(credential)}`];
  if (url.search.length > 1) query.unshift(url.search.slice(1));
  return `${relayUrl}${url.pathname}${query.length > 0 ? `?${query.join("&")}` : ""}`;
}

/** The same text for the same parameters in any order. */
function textOf(query: LinkFacts["query"]): string {
  return JSON.stringify(query.map((pair) => JSON.stringify(pair)).sort());
}

function parsed(link: string): URL | undefined {
  try {
    return new URL(link);
  } catch {
    return undefined;
  }
}
