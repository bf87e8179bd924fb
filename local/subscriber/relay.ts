import type { SubscriberOptions } from "./options.ts";

/** The relay is not there, or does not do what it is asked for. Its text is for the person at the terminal. */
export class RelayRefused extends Error {
  override readonly name = "RelayRefused";
}

const timeoutMs = 30_000;

/**
 * Subscribes at the relay.
 *
 * @returns the address whose DELETE ends the subscription.
 * @throws RelayRefused with a sentence that says what to do.
 */
export async function subscribe(
  { relay, key, source, filters }: SubscriberOptions,
  notificationUrl: string,
): Promise<string> {
  const response = await send(`${relay}/api/event-subscriptions/${source}`, {
    method: "POST",
    headers: { "x-functions-key": key, "content-type": "application/json" },
    body: JSON.stringify({ notificationUrl, ...filters }),
  });
  const location = response.headers.get("location");
  if (response.status === 201 && location) return new URL(location, relay).href;
  throw await refusal(response, relay);
}

/**
 * Ends a subscription. The address needs no function key.
 *
 * @throws RelayRefused
 */
export async function unsubscribe(location: string): Promise<void> {
  const response = await send(location, { method: "DELETE" });
  if (!response.ok) throw await refusal(response, new URL(location).origin);
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const { cause, name } = error instanceof Error ? error : new Error(String(error));
    const why = name === "TimeoutError" ? "no answer within 30 s" : codeOf(cause);
    throw new RelayRefused(
      `No relay answers at ${new URL(url).origin} (${why}): start one with npm start, or name another with --relay.`,
    );
  }
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "no connection";
  return "code" in cause && cause.code !== undefined ? String(cause.code) : cause.message;
}

/** What the relay says is wrong, with what is known of why beside it. */
async function refusal(response: Response, relay: string): Promise<RelayRefused> {
  const { status } = response;
  if (status === 401) {
    return new RelayRefused(
      `The relay at ${relay} refuses the function key: npm start prints the right one; give it as --key or KEY.`,
    );
  }
  const error = errorOf(await response.text());
  if (error?.message === undefined) {
    return new RelayRefused(`What answers at ${relay} is no relay, or another version: it said ${status}.`);
  }
  const details = (error.details ?? []).map(({ field, message }) => `${field} ${message}`);
  const callback = details.some((detail) => detail.startsWith("notificationUrl"));
  const hint = callback
    ? "A relay on this machine takes this subscriber when it was started with CALLBACK_HOSTS=127.0.0.1; demo mode does by itself."
    : error.hint;
  return new RelayRefused([`The relay refuses: ${error.message}`, ...details, hint ?? ""].join("\n").trim());
}

interface ErrorShape {
  message?: string;
  hint?: string;
  details?: { field: string; message: string }[];
}

function errorOf(text: string): ErrorShape | undefined {
  try {
    const { error }: { error?: ErrorShape } = JSON.parse(text);
    return error;
  } catch {
    return undefined;
  }
}
