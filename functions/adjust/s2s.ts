import { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import { text } from "../schema.ts";
import type { Deadline } from "../upstream/deadline.ts";
import { type Adjust, type AdjustCall, unusable } from "./client.ts";
import { readPlainAnswer } from "./plain-answer.ts";

/** Kinds of credential that Adjust's server-to-server services take: a security token, which belongs to one app. */
export const s2sKinds = ["adjust-s2s"] as const;

/** The app of a server-to-server call. Its dropdown is filled with the default credential of the kind adjust. */
export const s2sAppToken = text(
  "App token",
  "Adjust app token of the credential's app, such as abc123def456.",
  {
    pattern: "^[a-z0-9]{1,64}$",
    form: "an Adjust app token: lower-case letters and digits",
    visibility: "important",
    options: { operationId: "LookUpAdjustApps" },
  },
);

/** What to do when the token is refused, in whatever way. */
export const refusedToken =
  "S2S security tokens belong to one app. Name the credential of this app in credential, or give it the app's present token.";

/**
 * Sends a write to a server-to-server service, which says 202 where it refuses the token: a success by its number,
 * and nothing was taken. As after a 401 the vault is read again and the call sent once more, then it fails.
 *
 * @throws RelayError `credential_rejected` for a token that is missing or wrong, `outcome_unknown` for any other 202.
 */
export async function sendS2s(
  adjust: Adjust,
  deadline: Deadline,
  call: Pick<AdjustCall, "origin" | "path" | "form" | "query" | "limit">,
): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const { status, body } = await adjust.call({
      ...call,
      method: "POST",
      accept: "application/json, text/plain;q=0.5",
      read: (exchange) => readPlainAnswer(exchange, deadline.signal),
    });
    if (status !== 202) return body;
    const said = isObject(body) ? body.error : body;
    if (typeof said !== "string" || !/authentication token/i.test(said)) {
      return unusable("It answered 202, which stands for a refused token, without saying so.", "POST");
    }
    adjust.credential.refused({}, undefined);
    if (attempt === 1) continue;
    const message = adjust.credential.redact(said).slice(0, 200);
    throw new RelayError("credential_rejected", {
      message: `Adjust refuses the S2S security token, and took nothing. Adjust says: ${message}`,
      hint: refusedToken,
      source: "adjust",
      upstream: { status, message },
    });
  }
}
