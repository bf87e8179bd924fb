import { integer, text } from "../schema.ts";
import { codedChoice, extendReasons } from "./coded.ts";

/** Fields of extensions, of one subscription and of all subscribers. */

/**
 * A name that stands in a path of Apple's: full stops stand within it alone, so that it never is a step of the path.
 * 1 to 128 characters. Source of the length: Apple, requestIdentifier.
 */
export const namePattern = "^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$";

/** Source of the bounds: Apple, extendByDays. */
export const extendByDays = integer("Extend by days", "Days by which the renewal is put off, 1 to 90.", {
  minimum: 1,
  maximum: 90,
  visibility: "important",
});

export const extendReasonCode = codedChoice("Reason", "Why the renewal is put off.", extendReasons, {
  visibility: "important",
});

const requestName = {
  pattern: namePattern,
  form: "1 to 128 letters, digits, hyphens, underscores and, within, full stops",
  visibility: "important",
} as const;

/** Of an extension of one subscription: Apple says of no second one under the same name that it does nothing. */
export const requestIdentifier = text(
  "Request identifier",
  "Name of this request, unique among yours, such as a new GUID.",
  requestName,
);

/** Of a mass extension, which Apple carries out once for each name. */
export const massRequestIdentifier = text(
  "Request identifier",
  "Name of this request, unique among yours, such as a new GUID. Sending again under the same one does nothing twice.",
  requestName,
);

export const productId = text(
  "Product ID",
  "Product ID of the subscription, such as com.example.plus.monthly.",
  {
    // As `productIdPattern`, with full stops as above.
    pattern: "^[A-Za-z0-9_-]([A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?$",
    form: "a product ID: letters, digits, hyphens, underscores and, within, full stops",
    visibility: "important",
  },
);
