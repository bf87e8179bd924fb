import { isJson, malformed, parseJson, readBytes } from "../upstream/body.ts";
import type { Exchange } from "../upstream/client.ts";

/** Answers of these services are a few words; more is none of theirs. */
const maxBytes = 256 * 1024;

/**
 * Reads an answer of a service that documents its words and not their form: JSON as its value, anything else as text.
 * Nothing at all is an empty text.
 *
 * @throws UpstreamFailure for a web page, which no service of Adjust answers with.
 */
export async function readPlainAnswer(exchange: Exchange, signal: AbortSignal): Promise<unknown> {
  const contentType = exchange.headers["content-type"];
  const bytes = await readBytes(exchange, maxBytes, signal);
  if (bytes.length === 0) return "";
  if (isJson(contentType)) return parseJson(bytes).value;
  if (/^text\/html\b/i.test(contentType ?? "")) throw malformed("It is a web page.");
  return bytes.toString("utf8").trim();
}
