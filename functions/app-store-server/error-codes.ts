import { advancedCommerceErrors } from "./error-codes-advanced-commerce.ts";
import { externalPurchaseErrors } from "./error-codes-external-purchase.ts";

/** What an error code of Apple's means to whoever made the call. */
export interface ErrorMeaning {
  /** Apple's name of it. */
  name: string;
  /** What to do about it. */
  hint: string;
  /** Apple says that the same call may succeed later. */
  retryable: boolean;
}

/** Name and hint by code. */
export type ErrorTable = Readonly<Record<number, readonly [name: string, hint: string]>>;

/** Codes of which Apple's own documentation says that trying again may help. */
export const retryableCodes: ReadonlySet<number> = new Set([4040002, 4040004, 4040006, 5000001]);

/**
 * Codes of the App Store Server API and of retention messaging. A code holds the status in its first three digits.
 * Source of codes and names: Apple's documentation and its App Store Server Library 3.1.0; the hints are ours.
 */
export const appStoreServerErrors: ErrorTable = {
  4000000: [
    "GeneralBadRequestError",
    "Compare every field with what Apple's documentation of the action asks for.",
  ],
  4000002: [
    "InvalidAppIdentifierError",
    "Check the bundle ID, and that the credential is a key of the account that has the app.",
  ],
  4000005: [
    "InvalidRequestRevisionError",
    "Start the list again from its first page: the place to go on from is not one that Apple gave out.",
  ],
  4000006: ["InvalidTransactionIdError", "Give a transaction ID: up to 20 digits, as the purchase shows it."],
  4000008: [
    "InvalidOriginalTransactionIdError",
    "Give the transaction ID of the first purchase of the subscription, up to 20 digits.",
  ],
  4000009: ["InvalidExtendByDaysError", "Extend by 1 to 90 days."],
  4000010: ["InvalidExtendReasonCodeError", "Choose one of the reasons that the action offers."],
  4000011: ["InvalidRequestIdentifierError", "Give a request identifier that is a UUID."],
  4000012: [
    "StartDateTooFarInPastError",
    "Choose a later start: Apple keeps 180 days in production, 30 in the sandbox.",
  ],
  4000013: ["StartDateAfterEndDateError", "Choose a start that is before the end."],
  4000014: ["InvalidPaginationTokenError", "Start the list again from its first page."],
  4000015: ["InvalidStartDateError", "Give the start as a date and time, such as 2026-01-31T00:00:00Z."],
  4000016: ["InvalidEndDateError", "Give the end as a date and time, such as 2026-01-31T00:00:00Z."],
  4000017: [
    "PaginationTokenExpiredError",
    "Start the list again from its first page: the place to go on from has expired.",
  ],
  4000018: [
    "InvalidNotificationTypeError",
    "Give a notification type of Apple's, and a subtype only where the type has it.",
  ],
  4000019: [
    "MultipleFiltersSuppliedError",
    "Filter by a transaction or by a notification type, not by both.",
  ],
  4000020: [
    "InvalidTestNotificationTokenError",
    "Give the token that the test notification was answered with, whole.",
  ],
  4000021: ["InvalidSortError", "Sort ascending or descending."],
  4000022: [
    "InvalidProductTypeError",
    "Give product types of Apple's: AUTO_RENEWABLE, NON_RENEWABLE, CONSUMABLE, NON_CONSUMABLE.",
  ],
  4000023: ["InvalidProductIdError", "Give the product ID as App Store Connect has it."],
  4000024: ["InvalidSubscriptionGroupIdentifierError", "Give the ID of a subscription group: digits only."],
  4000025: ["InvalidExcludeRevokedError", "This filter is out of use. Filter by revoked instead."],
  4000026: ["InvalidInAppOwnershipTypeError", "Filter by PURCHASED or FAMILY_SHARED."],
  4000027: [
    "InvalidEmptyStorefrontCountryCodeListError",
    "Name at least one storefront, or leave the list out to mean all of them.",
  ],
  4000028: ["InvalidStorefrontCountryCodeError", "Give storefronts as three capital letters, such as USA."],
  4000030: ["InvalidRevokedError", "Filter by revoked with true or false."],
  4000031: ["InvalidStatusError", "Give statuses from 1 to 5."],
  4000032: ["InvalidAccountTenureError", "Choose one of the account ages that the action offers."],
  4000033: [
    "InvalidAppAccountTokenError",
    "Give the customer's app account token as a UUID, or leave it empty.",
  ],
  4000034: ["InvalidConsumptionStatusError", "Choose one of the consumption states that the action offers."],
  4000035: [
    "InvalidCustomerConsentedError",
    "Send this only with the customer's consent, and say so in customerConsented.",
  ],
  4000036: ["InvalidDeliveryStatusError", "Choose one of the delivery states that the action offers."],
  4000037: [
    "InvalidLifetimeDollarsPurchasedError",
    "Choose one of the ranges of money spent that the action offers.",
  ],
  4000038: [
    "InvalidLifetimeDollarsRefundedError",
    "Choose one of the ranges of money refunded that the action offers.",
  ],
  4000039: ["InvalidPlatformError", "Choose one of the platforms that the action offers."],
  4000040: ["InvalidPlayTimeError", "Choose one of the ranges of play time that the action offers."],
  4000041: [
    "InvalidSampleContentProvidedError",
    "Say yes or no to whether the customer could try the content before.",
  ],
  4000042: ["InvalidUserStatusError", "Choose one of the account states that the action offers."],
  4000043: ["InvalidTransactionNotConsumableError", "Only consumable purchases are taken here."],
  4000044: ["InvalidRefundPreferenceError", "Choose one of the refund preferences that the action offers."],
  4000047: [
    "InvalidTransactionTypeNotSupportedError",
    "This kind of purchase is not supported by the action.",
  ],
  4000048: [
    "AppTransactionIdNotSupportedError",
    "Give the ID of a transaction: that of the download of the app is not taken here.",
  ],
  4000161: [
    "InvalidImageError",
    "Upload a PNG without transparency, in the size that Apple's documentation names.",
  ],
  4000162: ["HeaderTooLongError", "Shorten the header."],
  4000163: ["BodyTooLongError", "Shorten the body."],
  4000164: ["InvalidLocaleError", "Give a locale that the App Store has, such as en-US."],
  4000175: ["AltTextTooLongError", "Shorten the alternative text of the image."],
  4000183: ["InvalidAppAccountTokenUUIDError", "Give a UUID as app account token."],
  4000185: [
    "FamilyTransactionNotSupportedError",
    "The customer has this product by Family Sharing. Ask with a transaction of the member who bought it.",
  ],
  4000187: [
    "TransactionIdIsNotOriginalTransactionIdError",
    "Give the original transaction ID: the one of the first purchase.",
  ],
  4000209: [
    "ConsumptionPercentageAutoRenewableSubscriptionError",
    "Leave the percentage out: an auto-renewable subscription is not consumed.",
  ],
  4000211: [
    "InvalidPerformanceTestRequestError",
    "Check the transaction ID: a performance test needs a subscription of the sandbox.",
  ],
  4000212: ["InvalidRequestIdError", "Give the request ID that the performance test was answered with."],
  4000213: ["ExistingPerformanceTestRunError", "Wait until the performance test that runs now has ended."],
  4000215: ["BadRequestRealtimeUrlError", "Give an https address that Apple can reach."],
  4000216: ["BadRequestImageSizeError", "Give one of Apple's image sizes: FULL_SIZE or BULLET_POINT."],
  4000218: ["BadRequestTooManyBulletPointsError", "Leave out some of the bullet points."],
  4000219: ["BadRequestBulletPointTextTooLongError", "Shorten the text of the bullet point."],
  4000224: ["BadRequestAboveImageRequiresAnImageError", "Add an image, or put the header above the body."],
  4030004: [
    "SubscriptionExtensionIneligibleError",
    "Only an active subscription with at least one paid period can be extended.",
  ],
  4030005: [
    "SubscriptionMaxExtensionError",
    "The subscription was extended twice within 365 days already, the most that Apple allows.",
  ],
  4030007: [
    "FamilySharedSubscriptionExtensionIneligibleError",
    "The customer has the subscription by Family Sharing: extend that of the member who bought it.",
  ],
  4030014: ["MaximumNumberOfImagesReachedError", "Delete an image before another one is uploaded."],
  4030016: ["MaximumNumberOfMessagesReachedError", "Delete a message before another one is uploaded."],
  4030017: ["MessageNotApprovedError", "Wait until Apple has approved the message."],
  4030018: ["ImageNotApprovedError", "Wait until Apple has approved the image."],
  4030019: ["ImageInUseError", "Take the image out of the messages that show it, then delete it."],
  4030026: [
    "ForbiddenNoPassingTestError",
    "Run a performance test that passes in the sandbox, then set the address in production.",
  ],
  4040001: ["AccountNotFoundError", "Check the transaction ID: the customer's account was not found."],
  4040002: [
    "AccountNotFoundRetryableError",
    "Send the call again in a while: the customer's account was not found this time.",
  ],
  4040003: ["AppNotFoundError", "Check the bundle ID and the environment: the app was not found."],
  4040004: ["AppNotFoundRetryableError", "Send the call again in a while: the app was not found this time."],
  4040005: ["OriginalTransactionIdNotFoundError", "Check the original transaction ID and the environment."],
  4040006: [
    "OriginalTransactionIdNotFoundRetryableError",
    "Send the call again in a while: the original transaction was not found this time.",
  ],
  4040007: [
    "ServerNotificationUrlNotFoundError",
    "Set an address for server notifications of this environment in App Store Connect.",
  ],
  4040008: [
    "TestNotificationNotFoundError",
    "Ask for another test notification: this one has expired, or its state is not there yet.",
  ],
  4040009: [
    "StatusRequestNotFoundError",
    "Check product ID and request identifier: no extension was asked for with them.",
  ],
  4040010: ["TransactionIdNotFoundError", "Check the transaction ID, the bundle ID and the environment."],
  4040014: ["ImageNotFoundError", "Check the image identifier: no image has it."],
  4040015: ["MessageNotFoundError", "Check the message identifier: no message has it."],
  4040018: ["PerformanceTestRunNotFoundError", "Check the request ID: no performance test has it."],
  4040019: ["AppTransactionDoesNotExistError", "The customer has no app transaction."],
  4040020: ["DefaultMessageNotFoundError", "No default message is set for this product and locale."],
  4040021: ["RealtimeUrlNotFoundError", "No address is set in this environment."],
  4090000: [
    "ImageAlreadyExistsError",
    "Upload the image under another identifier: images cannot be replaced.",
  ],
  4090001: [
    "MessageAlreadyExistsError",
    "Upload the message under another identifier: messages cannot be replaced.",
  ],
  4290000: ["RateLimitExceededError", "Wait until the time in Retry-After, then send the call again."],
  5000000: ["GeneralInternalError", "Try again in a minute. If it stays, look at Apple's system status."],
  5000001: ["GeneralInternalRetryableError", "Try again in a minute."],
};

/** What a code means; undefined for one that is newer than this table. */
export function errorMeaning(code: string): ErrorMeaning | undefined {
  if (!/^([1-9]\d?|\d{7})$/.test(code)) return undefined;
  const number = Number(code);
  const [name, hint] =
    appStoreServerErrors[number] ?? advancedCommerceErrors[number] ?? externalPurchaseErrors[number] ?? [];
  if (name === undefined || hint === undefined) return undefined;
  return { name, hint, retryable: retryableCodes.has(number) };
}
