import type { ErrorTable } from "./error-codes.ts";

/**
 * Codes of the External Purchase Server API, which are small numbers. A report with one of them is not taken at all:
 * correct it and send it again under the same request identifier. Source of codes and names: Apple's documentation of
 * the error objects; the hints are ours. Apple names a few more whose numbers are not known here.
 */
export const externalPurchaseErrors: ErrorTable = {
  1: [
    "DuplicateValueError",
    "Apple has this already. Send a new report under a new request identifier, and a correction with restatement.",
  ],
  2: ["ReportingCurrencyMismatchError", "Report a refund in the reporting currency of its purchase."],
  3: ["NotFoundError", "Check the ID that is named, and the environment: Apple has nothing of that ID."],
  4: ["OmittedFieldError", "Fill in the field that is named."],
  5: ["FieldNotAllowedError", "Leave out the field that is named: this line item does not have it."],
  6: ["FutureDateError", "Give a date that is not in the future."],
  7: ["UnknownEnumError", "Give one of the values that Apple's documentation of the field lists."],
  8: [
    "LineItemStatusRegressionError",
    "Line items were reported for this token already: correct those in place of reporting none.",
  ],
  10: ["LineItemsNotAllowedForStatusError", "Leave the line items out, or give the status LINE_ITEM."],
  11: [
    "IncorrectAmountTaxInclusiveError",
    "The amount without tax and the tax together must be the amount with tax.",
  ],
  12: [
    "IncorrectNetAmountError",
    "The net amount is what the purchase was, without tax, less all its refunds.",
  ],
  13: ["SelfReferenceError", "Give the ID of another line item as reference."],
  14: ["ReferenceInvalidSubscriptionEventError", "Refer to the line item of the subscription's start."],
  15: ["NegativeValueNotAllowedError", "Give an amount that is not negative."],
  16: ["PositiveValueRequiredError", "Give an amount above zero."],
  17: ["StartDateAfterEndDateError", "Give a start of the period that is before its end."],
  18: [
    "ReportingCurrencyExchangeNotAllowedError",
    "Report in the pricing currency: an exchange to this reporting currency is not allowed.",
  ],
  19: ["MaximumLengthExceededError", "Shorten the field that is named."],
  20: [
    "ErroneouslySubmittedNotRestatementError",
    "Set restatement too: only a correction undoes a line item.",
  ],
  21: ["ReferenceLineItemNotABuyError", "Refer to a line item that is a purchase."],
  22: [
    "ErroneousLineItemReferencedByValidLineItemError",
    "Another line item refers to this one: undo that first.",
  ],
  23: ["TaxCountryMismatchError", "Report a refund with the tax country of its purchase."],
  24: ["NetAmountMismatchError", "Give the line items of one purchase the same net amount."],
  25: [
    "ValidLineItemReferencesErroneousLineItemError",
    "The line item that is referred to was undone: refer to another one, or undo this one too.",
  ],
  27: ["DateTooFarInPastError", "Check the date: Apple does not take one so long ago."],
  28: ["RefundReferencedByRefundError", "Refer to the purchase: a refund cannot be refunded."],
  29: ["NonInitialBuyReferencedByBuyError", "Refer to the line item of the subscription's start."],
  30: ["RepeatErroneousSubmissionError", "Nothing is to be done: the line item was undone before."],
  31: ["ReferencedCreationDateIncompatibleError", "Give a date after that of the line item referred to."],
  32: ["PricingCurrencyMismatchError", "Report a refund in the pricing currency of its purchase."],
  33: ["ExchangeRateMismatchError", "Report a refund with the exchange rate of its purchase."],
  34: [
    "SubscriptionStartNonZeroDaysPaidServiceError",
    "Give 0 days of paid service at the start of a subscription.",
  ],
  35: [
    "InvalidTaxInclusiveAmountForSubscriptionPaymentError",
    "A payment of a subscription needs an amount above zero.",
  ],
};
