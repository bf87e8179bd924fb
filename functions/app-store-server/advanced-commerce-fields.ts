import * as Type from "typebox";
import { territoryPattern, uuidPattern } from "../patterns.ts";
import { list, text } from "../schema.ts";
import { RenewalInfo, renewalInfoOf, signedRenewalInfo } from "./renewal-fields.ts";
import type { ServerAnswer } from "./server-answer.ts";
import { signedTransaction, Transaction, transactionOf } from "./transaction-fields.ts";

/** Inputs and answers that the calls of the Advanced Commerce API share. */

const uuid = { pattern: uuidPattern, form: "a UUID, such as e5b07bb3-b5f3-40a8-8a2d-197d30b6beff" };

/** Members of Apple's `requestInfo`. */
export const requestInfo = {
  requestReferenceId: text(
    "Request reference ID",
    "UUID of this request, a new one each time, such as a new GUID. Apple refuses one that it has seen.",
    { ...uuid, visibility: "important" },
  ),
  appAccountToken: Type.Optional(
    text("App account token", "UUID by which your own records know the customer.", {
      ...uuid,
      visibility: "advanced",
    }),
  ),
  consistencyToken: Type.Optional(
    text("Consistency token", "Token of an earlier answer of Apple's, where there is one.", {
      visibility: "advanced",
    }),
  ),
};

/** The same as the member that Apple takes. */
export function toRequestInfo<
  Facts extends { requestReferenceId: string; appAccountToken?: string; consistencyToken?: string },
>(facts: Facts) {
  const { requestReferenceId, appAccountToken, consistencyToken, ...rest } = facts;
  return {
    ...rest,
    requestInfo: {
      requestReferenceId,
      ...(appAccountToken !== undefined && { appAccountToken }),
      ...(consistencyToken !== undefined && { consistencyToken }),
    },
  };
}

export const storefront = Type.Optional(
  text("Storefront", "Storefront of the customer, three capital letters such as USA.", {
    pattern: territoryPattern,
    form: "a storefront of three capital letters, such as USA",
    visibility: "advanced",
  }),
);

export const currency = Type.Optional(
  text("Currency", "Currency of the amounts, three letters of ISO 4217, such as USD.", {
    pattern: "^[A-Z]{3}$",
    form: "a currency of ISO 4217: three capital letters, such as USD",
  }),
);

/** Source of the lengths: Apple, SKU, displayName and description of an item. */
export const sku = text("SKU", "SKU of the item, 1 to 128 characters.", { minLength: 1, maxLength: 128 });
export const displayName = text("Display name", "Name that the customer reads, up to 30 characters.", {
  minLength: 1,
  maxLength: 30,
});
export const description = text("Description", "What the customer reads of it, up to 45 characters.", {
  minLength: 1,
  maxLength: 45,
});

export const taxCode = text("Tax code", "Tax code of Apple's for what is sold, such as C003-00-2.");

/** Words of enumerations of Apple's, which stay open. */
const word = {
  pattern: "^[A-Z][A-Z0-9_]{0,99}$",
  form: "a word of Apple's in capital letters",
};

export const effective = text(
  "Effective",
  "When the change takes effect: IMMEDIATELY or NEXT_BILL_CYCLE.",
  word,
);
export const refundReason = text(
  "Refund reason",
  "Why: UNINTENDED_PURCHASE, FULFILLMENT_ISSUE, UNSATISFIED_WITH_PURCHASE, LEGAL, OTHER, MODIFY_ITEMS_REFUND, or in the sandbox SIMULATE_REFUND_DECLINE.",
  word,
);
export const refundType = text("Refund type", "How much: FULL, PRORATED or CUSTOM.", word);

/** Items of one call. No source states a bound; this one keeps a mistake from becoming a huge request. */
export function items<Item extends Type.TSchema>(title: string, explanation: string, item: Item) {
  return list(title, explanation, item, { minItems: 1, maxItems: 100 });
}

/** What all of them answer: what is left out does not apply, such as renewal information after a refund. */
export const signedAnswer = {
  transaction: Type.Optional(Transaction),
  renewalInfo: Type.Optional(RenewalInfo),
  signedTransaction: Type.Optional(signedTransaction),
  signedRenewalInfo: Type.Optional(signedRenewalInfo),
};

/**
 * An answer of Advanced Commerce, verified.
 *
 * @throws RelayError `outcome_unknown` where it is not to be believed: the request was carried out all the same.
 */
export async function toSignedAnswer(answer: ServerAnswer) {
  const { environment, body } = answer;
  const { signedTransactionInfo: signed, signedRenewalInfo: renewal } = body;
  if (signed === undefined) return { environment };
  const transaction = await transactionOf(answer, signed, "signedTransactionInfo");
  return {
    environment,
    transaction,
    signedTransaction: String(signed),
    ...(renewal !== undefined && {
      renewalInfo: await renewalInfoOf(answer, transaction, renewal, "signedRenewalInfo"),
      signedRenewalInfo: String(renewal),
    }),
  };
}
