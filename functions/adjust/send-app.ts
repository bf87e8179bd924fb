import { chooseCredential } from "../choose.ts";
import { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Scope } from "../scope.ts";
import { path } from "../upstream/path.ts";
import { type AdjustAppInput, checkAdjustApp, purchaseSecretKinds } from "./app-input.ts";
import { secretsIn } from "./app-secrets.ts";
import { givenPartners } from "./channel-setup.ts";
import { type Adjust, unusable } from "./client.ts";
import { overridesToAdjust } from "./override-settings.ts";

/** An app as Adjust has it after a call. Nothing in it is secret. */
export interface SentApp {
  adjustAppToken?: string;
  name?: string;
  bundleId?: string;
  storeId?: string;
  /** Of the settings job; absent where Adjust queued none. */
  ticketToken?: string;
  skAppId?: string;
  /** What may be a mistake and was sent all the same. */
  warnings: string[];
}

/** What goes with an app. */
export interface SendAppOptions {
  /** Value of the purchase secret, as `purchaseSecretOf` answers it. */
  purchaseSecret?: string | undefined;
  /** In place of the app's own `forceUpdate`: false where it was sent before and what became of it is not known. */
  force?: boolean;
  /** Sent once: what becomes of a call whose answer is lost is for the caller to find out. */
  once?: boolean;
}

/** The secrets that an app's own fields hold: texts that must not be seen, and that are hidden before it is sent. */
export function appSecrets({ purchaseSecret, channelSetup, overrideSettings }: AdjustAppInput): string[] {
  return [
    ...(purchaseSecret === undefined ? [] : [purchaseSecret]),
    ...secretsIn(channelSetup ?? {}),
    ...secretsIn(overrideSettings ?? {}),
  ];
}

/**
 * The secret that an app's purchases are verified with: the caller's own value, or that of the credential it names.
 *
 * @throws RelayError as `Credentials.choose`, its detail naming `purchaseSecretCredential`.
 */
export async function purchaseSecretOf(
  scope: Pick<Scope, "credentials" | "deadline">,
  { purchaseSecret, purchaseSecretCredential: name }: AdjustAppInput,
): Promise<string | undefined> {
  if (name === undefined) return purchaseSecret;
  try {
    const credential = await chooseCredential(scope, purchaseSecretKinds, name);
    return await credential.sharedSecret(scope.deadline.signal);
  } catch (error) {
    if (!(error instanceof RelayError) || error.code !== "credential_unavailable") throw error;
    throw error.withDetails([
      {
        field: "purchaseSecretCredential",
        message: `must name a usable credential of the kind ${purchaseSecretKinds[0]}.`,
      },
    ]);
  }
}

/**
 * Creates the app of a store ID and platform, or updates the one that is there.
 *
 * The app must have passed its schema and `checkAdjustApp`. Without force the call is an upsert, so passing faults are
 * repeated; with it every call may queue a job more, so it is sent once.
 *
 * @throws RelayError, `outcome_unknown` only with force or once.
 */
export async function sendAdjustApp(
  adjust: Adjust,
  app: AdjustAppInput,
  { purchaseSecret, force = app.forceUpdate ?? false, once = false }: SendAppOptions = {},
): Promise<SentApp> {
  const sent = app.channelSetup && givenPartners(app.channelSetup);
  const secrets = [...appSecrets(app), ...(purchaseSecret === undefined ? [] : [purchaseSecret])];
  for (const secret of secrets) adjust.credential.hide(secret);
  const channelSetup = app.keepChannelSetup ? { ...(await presentSetup(adjust, app)), ...sent } : sent;
  const { templateAppToken, sections, overrideSettings, editors, verification } = app;
  const answer = await adjust.post(
    path`/app-automation/app`,
    {
      name: app.name,
      bundle_id: app.bundleId,
      store_id: app.storeId,
      platform: app.platform,
      ...(templateAppToken !== undefined && { template_app_token: templateAppToken }),
      ...(sections && { sections }),
      ...(force && { force_update: true }),
      // With nothing to keep and nothing sent there is nothing to set up.
      ...(channelSetup && (sent || Object.keys(channelSetup).length > 0) && { channel_setup: channelSetup }),
      ...(overrideSettings && { override_settings: overridesToAdjust(overrideSettings) }),
      ...(editors && { editors }),
      // Singular, as in Adjust's tables; its prose has a plural.
      ...(purchaseSecret !== undefined && { ios_pv_shared_secret: purchaseSecret }),
      ...(verification !== undefined && { verification }),
    },
    { idempotent: !force && !once },
  );
  return { ...sentApp(adjust, answer), warnings: checkAdjustApp(app).warnings };
}

/**
 * The named facts of an answer, and no others: what else Adjust may echo can hold what was sent. Secrets known to this
 * process are replaced in every text.
 */
export function sentApp(
  adjust: Pick<Adjust, "credential">,
  answer: Readonly<Record<string, unknown>>,
): Omit<SentApp, "warnings"> {
  const names = ["adjustAppToken", "name", "bundleId", "storeId", "ticketToken", "skAppId"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = answer[name];
      // skAppId is text in some of Adjust's documents and a number in others; null says that there is none.
      return typeof value === "string" || typeof value === "number"
        ? [[name, adjust.credential.redact(String(value))]]
        : [];
    }),
  );
}

/**
 * The channel setup that the app has now, to be sent again: Adjust takes what is sent for the whole. An app that
 * Adjust does not know has none. What is there in a form that is not understood must not be written back.
 *
 * @throws RelayError `bad_upstream_response` for such an answer, before anything is written.
 */
async function presentSetup(
  adjust: Adjust,
  { storeId, platform }: AdjustAppInput,
): Promise<Readonly<Record<string, unknown>>> {
  let app: Readonly<Record<string, unknown>>;
  try {
    app = await adjust.get(path`/app-automation/app`, { store_id: storeId, platform });
  } catch (error) {
    if (error instanceof RelayError && error.code === "not_found") return {};
    throw error;
  }
  if (String(app.storeId) !== storeId || String(app.platform).toLowerCase() !== platform) {
    unusable("It is about another app than the one that was asked for.", "GET");
  }
  const setup = app.channelSetup ?? {};
  if (!isObject(setup)) return unusable("Its channel setup is not an object.", "GET");
  const kept = givenPartners(setup);
  if (!Object.values(kept).every(isObject))
    unusable("A partner of its channel setup is not an object.", "GET");
  for (const secret of secretsIn(kept)) adjust.credential.hide(secret);
  return kept;
}
