import { RelayError } from "../errors.ts";

/** Bodies up to this size are taken (design). */
export const maxBodyBytes = 10 * 1024 * 1024;

/** The error for a body past its bound. */
export function bodyTooLarge(): RelayError {
  return new RelayError("payload_too_large", {
    message: `The body is larger than ${maxBodyBytes / 1024 / 1024} MB.`,
    hint: "Split the work over several calls.",
  });
}
