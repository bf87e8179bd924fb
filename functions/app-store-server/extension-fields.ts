import { productIdPattern } from "../patterns.ts";
import { integer, text } from "../schema.ts";
import { codedChoice, extendReasons } from "./coded.ts";

/** Fields of extensions, of one subscription and of all subscribers. */

/** Source of the bounds: Apple, extendByDays. */
export const extendByDays = integer("Extend by days", "Days by which the renewal is put off, 1 to 90.", {
  minimum: 1,
  maximum: 90,
  visibility: "important",
});

export const extendReasonCode = codedChoice("Reason", "Why the renewal is put off.", extendReasons, {
  visibility: "important",
});

/** Source of the length: Apple, requestIdentifier. */
export const requestIdentifier = text(
  "Request identifier",
  "Name of this request, unique among yours, such as a new GUID. Sending again under the same one does nothing twice.",
  {
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
    form: "1 to 128 letters, digits, hyphens, underscores and full stops",
    visibility: "important",
  },
);

export const productId = text(
  "Product ID",
  "Product ID of the subscription, such as com.example.plus.monthly.",
  {
    pattern: productIdPattern,
    form: "a product ID: letters, digits, full stops, hyphens and underscores",
    visibility: "important",
  },
);
