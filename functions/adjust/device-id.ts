import type { ErrorDetail } from "../errors.ts";
import { text } from "../schema.ts";

/**
 * A device ID: UUIDs, hexadecimal numbers, and what partners make of them. The form of each kind is Adjust's to check;
 * here it is only made sure that nothing else hides in it.
 */
export function deviceId(summary: string, description: string) {
  return text(summary, description, {
    pattern: "^[A-Za-z0-9_-]{8,128}$",
    form: "a device ID: 8 to 128 letters, digits, hyphens and underscores",
    visibility: "important",
  });
}

/**
 * What is wrong with a device ID in form: all zeros. iOS and Android give that to apps whose user allows no tracking
 * (Apple's documentation of `advertisingIdentifier`, Google's of the advertising ID), so it names no device.
 */
export function deviceIdProblem(field: string, id: string): ErrorDetail | undefined {
  return /^[0-]+$/.test(id)
    ? { field, message: "is all zeros, which names no device: its user allows no tracking." }
    : undefined;
}
