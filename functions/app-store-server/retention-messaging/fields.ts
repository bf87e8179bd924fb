import { productIdPattern } from "../../patterns.ts";
import { text } from "../../schema.ts";

/**
 * What operations on retention messages share. Source of lengths and forms: Apple, Retention Messaging API.
 *
 * None of them is paced: Apple counts 3,600 calls an hour and endpoint (a tenth in the sandbox), more than the 2,000
 * images or messages that an app can have, and one call every ten seconds would be no way to try something out.
 */

/** Apple takes these in lower case alone. */
const lowerCaseUuid = {
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
  form: "a UUID in lower case, such as e5b07bb3-b5f3-40a8-8a2d-197d30b6beff",
};

export const imageIdentifier = text(
  "Image identifier",
  "UUID of the image, your own, such as a new GUID in lower case.",
  { ...lowerCaseUuid, visibility: "important" },
);

export const messageIdentifier = text(
  "Message identifier",
  "UUID of the message, your own, such as a new GUID in lower case.",
  { ...lowerCaseUuid, visibility: "important" },
);

export const altText = text("Alternative text", "What the image shows, up to 150 characters.", {
  maxLength: 150,
});

export const productId = text(
  "Product ID",
  "Product ID of the subscription, such as com.example.plus.monthly.",
  {
    pattern: productIdPattern,
    form: "a product ID: letters, digits, full stops, hyphens and underscores",
    visibility: "important",
  },
);

export const locale = text(
  "Locale",
  "Locale of the App Store, such as en-US or de-DE, in Apple's spelling.",
  {
    pattern: "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$",
    form: "a locale of the App Store, such as en-US",
    visibility: "important",
  },
);
