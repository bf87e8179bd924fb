import { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";

/** Words that a service or a library uses as a code; anything else could carry text of unknown origin. */
const codeWord = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Status of an SDK's error; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  return isObject(error) && typeof error.statusCode === "number" ? error.statusCode : undefined;
}

/**
 * Turns whatever a Storage SDK threw into ours, at once. Of the original only status and code are kept: its request
 * holds the account's signature.
 *
 * @param action what was tried, such as `write a row`.
 */
export function storageFailure(error: unknown, action: string): RelayError {
  if (error instanceof RelayError) return error;
  const status = statusOf(error);
  const code =
    isObject(error) && typeof error.code === "string" && codeWord.test(error.code) ? error.code : "";
  const cause = new Error(`Could not ${action}: ${[status, code].filter(Boolean).join(" ") || "no answer"}.`);
  // A stack would only say where this line is.
  cause.stack = `${cause.name}: ${cause.message}`;
  const forbidden = status === 401 || status === 403;
  return new RelayError("storage_unavailable", {
    message: "The Azure Storage account that long work is kept in cannot be used right now.",
    hint: forbidden
      ? "Give the function app's identity the roles Storage Blob Data Owner, Storage Queue Data Contributor and Storage Table Data Contributor on the account."
      : "Try again in a minute; if it stays, look at the health of the storage account.",
    source: "storage",
    retryAfterSeconds: 10,
    cause,
  });
}
