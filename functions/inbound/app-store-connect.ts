import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readMark, type WebhookMark } from "../app-store-connect/webhooks/address.ts";
import { webhookSecret } from "../app-store-connect/webhooks/secret.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { invalidInput } from "../errors.ts";
import { isObject } from "../json.ts";
import { SignatureFault } from "../signed-payloads/index.ts";
import { jsonFields } from "./body.ts";
import type { Verify, VerifyFacts } from "./source.ts";
import { webhookEvent } from "./webhook-event.ts";

/** HMAC-SHA-256 in hexadecimal. Source: Apple, Configuring and parsing webhook notifications. */
const signatureForm = /^hmacsha256=([0-9a-f]{64})$/i;

/**
 * A webhook of App Store Connect. It is signed over the bytes as they came; nothing in it says when it was signed, so a
 * copy of it is told by its ID alone.
 */
export const verifyWebhook: Verify = async (incoming, facts) => {
  const signature = signatureForm.exec(incoming.header("x-apple-signature") ?? "")?.[1];
  if (signature === undefined)
    throw new SignatureFault("Its header x-apple-signature is missing or malformed.");
  const mark = readMark(incoming.query);
  if (mark === undefined) throw new SignatureFault("Its address is none that this relay gives.");
  const { bytes } = incoming;
  const body = jsonFields(incoming);
  if (!isObject(body.data) || typeof body.data.type !== "string" || body.data.type === "") {
    throw invalidInput([
      { field: "data", message: "is required, with a type: this is no event of a webhook." },
    ]);
  }
  const given = Buffer.from(signature, "hex");
  if (mark) await verifyMarked(mark, bytes, given, facts);
  else await verifyPlain(bytes, given, facts);
  const bundleId = mark ? await bundleIdOf(mark.appId, facts) : undefined;
  return webhookEvent({
    body,
    data: body.data,
    // What has no ID of its own is told from others by all of it.
    digest: createHash("sha256").update(bytes).digest("hex"),
    appId: mark?.appId,
    bundleId,
    receivedAt: facts.receivedAt,
  });
};

/** At the address of a webhook made by hand: any of the secrets that were chosen for such. */
async function verifyPlain(bytes: Buffer, given: Buffer, { keys, signal }: VerifyFacts): Promise<void> {
  const fits = async (credential: ChosenCredential) =>
    timingSafeEqual(await credential.mac(bytes, signal), given) ? true : undefined;
  if (await keys.find("app-store-connect-webhook", fits, signal)) return;
  throw new SignatureFault("Its signature fits none of the secrets of webhooks made by hand.");
}

/**
 * At the address of a webhook that the relay made: the secret of its generation, or that of the one before or after it,
 * since Apple changes address and secret at once and what is under way may have either.
 */
async function verifyMarked(
  { appId, generation }: WebhookMark,
  bytes: Buffer,
  given: Buffer,
  { services, keys, signal }: VerifyFacts,
): Promise<void> {
  const fits = async (master: ChosenCredential) => {
    let found: number | undefined;
    for (const candidate of [generation, generation + 1, generation - 1]) {
      if (candidate < 1) continue;
      const secret = await webhookSecret(master, { appId, generation: candidate }, signal);
      if (timingSafeEqual(createHmac("sha256", secret).update(bytes).digest(), given)) found = candidate;
    }
    return found;
  };
  const found = await keys.find("app-store-connect-webhook-master", fits, signal);
  if (found === undefined) throw new SignatureFault("Its signature fits no secret of the app's webhook.");
  if (!(await services.webhookGenerations.admit(appId, found))) {
    throw new SignatureFault("Its signature is of a secret that was replaced.");
  }
}

/** Bundle ID of an app, where an in-app-purchase credential says which it is. */
async function bundleIdOf(appId: string, { keys, signal }: VerifyFacts): Promise<string | undefined> {
  return (await keys.apps(signal)).find(({ appAppleId }) => appAppleId === appId)?.bundleId;
}
