import type { ChosenCredential } from "../../credentials/index.ts";
import type { WebhookMark } from "./address.ts";

/** The secret from which those of all webhooks of this relay's making are derived. */
export const masterKinds = ["app-store-connect-webhook-master"] as const;

/**
 * The secret of one webhook: whoever has it learns nothing of another's, and nobody ever has to copy it. It is 256 bits
 * in base64url, and Apple takes that text's bytes as the key.
 *
 * @throws RelayError as `ChosenCredential.deriveKey`.
 */
export async function webhookSecret(
  master: ChosenCredential,
  { appId, generation }: WebhookMark,
  signal?: AbortSignal,
): Promise<string> {
  const key = await master.deriveKey(`App Store Connect webhook ${appId} ${generation}`, signal);
  return key.toString("base64url");
}
