import { createHmac } from "node:crypto";

/** Ways in which what is sent is not an event of a webhook of Apple's. */
export const webhookForgeries = ["no-signature", "other-secret", "tampered", "re-serialised"] as const;

/** A way in which an event is forged. */
export type WebhookForgery = (typeof webhookForgeries)[number];

/** Header of the signature. Source: Apple, "Configuring and parsing webhook notifications". */
const signatureHeader = "x-apple-signature";

/** The signature of a body as the header has it: HMAC-SHA-256 over its bytes, the secret's bytes being the key. */
export function signature(body: string, secret: string): string {
  return `hmacsha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** A body with the headers that it is sent with: as Apple does, or forged. */
export function signed(
  body: string,
  secret: string,
  forged?: WebhookForgery,
): { headers: Record<string, string>; body: string } {
  const type = { "content-type": "application/json" };
  const right = { ...type, [signatureHeader]: signature(body, secret) };
  switch (forged) {
    case undefined:
      return { headers: right, body };
    case "no-signature":
      return { headers: type, body };
    case "other-secret":
      return { headers: { ...type, [signatureHeader]: signature(body, `${secret}.`) }, body };
    case "tampered":
      return {
        headers: right,
        body: body.replace('"version":1', '"version":2').replace('"id":"', '"id":"0'),
      };
    case "re-serialised":
      return { headers: right, body: JSON.stringify(JSON.parse(body), null, 1) };
  }
}
