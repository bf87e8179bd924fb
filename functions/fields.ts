import {
  applePattern,
  bundleIdPattern,
  credentialPattern,
  maxBundleIdLength,
  transactionPattern,
  uuidPattern,
} from "./patterns.ts";
import { text } from "./schema.ts";

export { applePattern, bundleIdPattern, credentialPattern, uuidPattern } from "./patterns.ts";

/**
 * Identifiers that several operations take. Each has the pattern of its kind: a value that does not match is refused,
 * never cleaned, so that what reaches an upstream URL is exactly what the caller meant.
 */

export const appId = text("App", "Apple ID of the app, such as 1234567890.", {
  pattern: applePattern,
  form: "an Apple ID: 5 to 15 digits, such as 1234567890",
  visibility: "important",
  options: { operationId: "LookUpApps", parameters: { credential: "credential" } },
});

export const bundleId = text("Bundle ID", "Bundle ID of the app, such as com.example.game.", {
  pattern: bundleIdPattern,
  maxLength: maxBundleIdLength,
  form: "a bundle ID: letters, digits, hyphens and full stops, such as com.example.game",
});

/** The field that chooses a credential, with a dropdown of those of the given kinds' service. */
export function credentialField(kinds: readonly string[]) {
  return text("Credential", "Name of the credential to use. Leave it empty to use the default one.", {
    pattern: credentialPattern,
    form: "the name of a credential: up to 127 letters, digits and hyphens",
    visibility: "advanced",
    options: { operationId: "LookUpCredentials", parameters: { kinds: { value: kinds.join(",") } } },
  });
}

/** Adjust app tokens: 9 or 12 characters in Adjust's own examples, so the length is not checked. */
export const adjustAppToken = text("App token", "Adjust app token, such as abc123def456.", {
  pattern: "^[a-z0-9]{1,64}$",
  form: "an Adjust app token: lower-case letters and digits",
  visibility: "important",
  options: { operationId: "LookUpAdjustApps", parameters: { credential: "credential" } },
});

/** Ticket of a job at Adjust. Source: Adjust's documentation of the status endpoint. */
export const adjustTicketToken = text(
  "Ticket token",
  "Token of a job at Adjust, as the action that began it answered it.",
  {
    pattern: uuidPattern,
    form: "a ticket token: a UUID such as e5b07bb3-b5f3-40a8-8a2d-197d30b6beff",
    visibility: "important",
  },
);

/** ID of a transaction of the App Store. Source: Apple's transactionId; the length is that of 64 bits. */
export const transactionId = text(
  "Transaction ID",
  "ID of any transaction of the purchase, such as 2000000123456789.",
  {
    pattern: transactionPattern,
    form: "a transaction ID: 1 to 20 digits",
    visibility: "important",
  },
);

/** ID of the first transaction of a purchase, where Apple takes no other. */
export const originalTransactionId = text(
  "Original transaction ID",
  "ID of the first transaction of the purchase, such as 2000000123456789.",
  {
    pattern: transactionPattern,
    form: "a transaction ID: 1 to 20 digits",
    visibility: "important",
  },
);
