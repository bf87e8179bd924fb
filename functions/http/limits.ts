import { RelayError } from "../errors.ts";

/** Bodies up to this size are taken (design). */
export const maxBodyBytes = 10 * 1024 * 1024;

/** @throws RelayError `unsupported_media_type` for a compressed body: bounds and checks are of what is in it. */
export function refuseEncoded(contentEncoding: string | null | undefined): void {
  if (!contentEncoding || contentEncoding.trim().toLowerCase() === "identity") return;
  throw new RelayError("unsupported_media_type", {
    message: "The body is compressed (Content-Encoding).",
    hint: "Send it without Content-Encoding.",
  });
}

/** The error for a body past its bound. @param bound in bytes, whole MB. */
export function bodyTooLarge(bound = maxBodyBytes): RelayError {
  return new RelayError("payload_too_large", {
    message: `The body is larger than ${bound / 1024 / 1024} MB.`,
    hint: "Split the work over several calls.",
  });
}
