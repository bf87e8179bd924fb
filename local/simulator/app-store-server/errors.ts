import { Refused, type Reply, textReply } from "../core/reply.ts";
import { retryAfterValue } from "../faults/retry-after.ts";

/** Codes of the App Store Server API that the simulator answers, each with its meaning in short words. */
const meanings = {
  4000000: "Bad request.",
  4000005: "Invalid request revision.",
  4000006: "Invalid transaction id.",
  4000008: "Invalid original transaction id.",
  4000009: "Invalid number of days.",
  4000010: "Invalid reason code.",
  4000011: "Invalid request identifier.",
  4000015: "Invalid start date.",
  4000016: "Invalid end date.",
  4000012: "The start date is too far in the past.",
  4000013: "The start date is not before the end date.",
  4000014: "Invalid pagination token.",
  4000017: "The pagination token has expired.",
  4000018: "Invalid notification type or subtype.",
  4000019: "Too many filters.",
  4000020: "Invalid test notification token.",
  4000021: "Invalid sort.",
  4000022: "Invalid product type.",
  4000023: "Invalid product id.",
  4000026: "Invalid in-app ownership type.",
  4000027: "No storefront is named.",
  4000028: "Invalid storefront.",
  4000030: "Invalid revoked value.",
  4000031: "Invalid status.",
  4000032: "Invalid account tenure.",
  4000033: "Invalid app account token.",
  4000034: "Invalid consumption status.",
  4000035: "The customer has not consented.",
  4000036: "Invalid delivery status.",
  4000037: "Invalid lifetime dollars purchased.",
  4000038: "Invalid lifetime dollars refunded.",
  4000039: "Invalid platform.",
  4000040: "Invalid play time.",
  4000041: "Invalid sample content provided.",
  4000042: "Invalid user status.",
  4000044: "Invalid refund preference.",
  4000079: "No request info.",
  4000080: "No request reference id.",
  4000081: "Invalid request reference id.",
  4000086: "Negative price.",
  4000087: "The SKU is too long.",
  4000088: "The description is too long.",
  4000089: "The display name is too long.",
  4000097: "The request reference id was used before.",
  4000099: "No tax code.",
  4000101: "No items.",
  4000102: "An item is null.",
  4000103: "No descriptors.",
  4000105: "No SKU.",
  4000106: "No display name.",
  4000107: "No description.",
  4000109: "No price.",
  4000111: "No effective.",
  4000123: "Invalid refund type.",
  4000124: "Invalid refund reason.",
  4000153: "No refund amount.",
  4000154: "The refund amount is not positive.",
  4000155: "Only custom refunds have an amount.",
  4000156: "No refund reason.",
  4000157: "No refund type.",
  4000158: "Declines are simulated in the sandbox only.",
  4000159: "No refund risking preference.",
  4000161: "The image is invalid.",
  4000162: "The header is too long.",
  4000163: "The body is too long.",
  4000164: "Invalid locale.",
  4000166: "No target product id.",
  4000169: "No current SKU.",
  4000175: "The alternative text is too long.",
  4000176: "The subscription was migrated before.",
  4000183: "The app account token is not a UUID.",
  4000185: "Transactions of Family Sharing are not supported.",
  4000187: "The transaction id is not an original transaction id.",
  4000209: "An auto-renewable subscription has no consumption percentage.",
  4000211: "Invalid performance test request.",
  4000212: "Invalid request id.",
  4000213: "A performance test is running.",
  4000216: "Invalid image size.",
  4000218: "Too many bullet points.",
  4000219: "The text of a bullet point is too long.",
  4000224: "The header is above an image, and there is none.",
  4030004: "The subscription is not eligible for an extension.",
  4030005: "The subscription has had the most extensions.",
  4030007: "Subscriptions of Family Sharing cannot be extended.",
  4030014: "The app has the most images.",
  4030015: "No active subscription of Advanced Commerce.",
  4030016: "The app has the most messages.",
  4030017: "The message is not approved.",
  4030018: "An image is not approved.",
  4030019: "The image is in use.",
  4030026: "No performance test has passed.",
  4000215: "Invalid realtime URL.",
  4040005: "Original transaction id not found.",
  4040007: "No notifications URL is set for the app.",
  4040008: "Test notification not found.",
  4040009: "No such extension was requested.",
  4040010: "Transaction id not found.",
  4040019: "No app transaction exists for the customer.",
  4040014: "Image not found.",
  4040015: "Message not found.",
  4040018: "Performance test not found.",
  4040020: "No default message is configured.",
  4040021: "No realtime URL is configured.",
  4090000: "The image identifier is taken.",
  4090001: "The message identifier is taken.",
  4290000: "Rate limit exceeded.",
  5000000: "An unknown error occurred.",
  5000001: "An unknown error occurred. Please try again.",
} as const;

export type ErrorCode = keyof typeof meanings;

/** The status is in a code's first three digits. */
export function codeReply(code: ErrorCode): Reply {
  return { status: Math.floor(code / 10_000), json: { errorCode: code, errorMessage: meanings[code] } };
}

export function refuse(code: ErrorCode): Refused {
  return new Refused(codeReply(code), `${code} ${meanings[code]}`);
}

/** 401, a plain word instead of JSON, whatever is wrong with the token. `reason` goes to the log. */
export function unauthenticated(reason: string): Refused {
  return new Refused(textReply(401, "text/plain", "Unauthenticated"), reason);
}

/** 404 without a body: what no endpoint answers. */
export function noEndpoint(): Refused {
  return new Refused({ status: 404 }, "no such endpoint");
}

/** 429, whose `Retry-After` is a UNIX time in milliseconds on this service. */
export function rateLimited(nowMs: number, seconds: number): Reply {
  return {
    ...codeReply(4290000),
    headers: { "retry-after": retryAfterValue({ unixMilliseconds: seconds }, nowMs) },
  };
}

/** The error body that belongs to a bare status. */
export function statusReply(status: number, nowMs: number): Reply {
  if (status === 401) return unauthenticated("").reply;
  if (status === 429) return rateLimited(nowMs, 1);
  if (status === 400) return codeReply(4000000);
  if (status === 404) return codeReply(4040010);
  if (status === 500) return codeReply(5000001);
  return { status };
}
