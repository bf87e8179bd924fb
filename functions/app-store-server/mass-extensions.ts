import * as Type from "typebox";
import { conform } from "../conform.ts";
import { invalidInput } from "../errors.ts";
import { bundleId } from "../fields.ts";
import { territoryPattern } from "../patterns.ts";
import { choice, confirmation, flag, integer, list, text, words } from "../schema.ts";
import type { Scope } from "../scope.ts";
import { path } from "../upstream/path.ts";
import { waitFor } from "../waits/wait.ts";
import { type AppStoreServer, openAppStoreServer } from "./client.ts";
import { codeOf, extendReasons } from "./coded.ts";
import { chooseForApp } from "./credential.ts";
import { isoDate } from "./dates.ts";
import { extendByDays, extendReasonCode, massRequestIdentifier, productId } from "./extension-fields.ts";
import { appStoreServerOperation } from "./operation.ts";

const state = {
  requestIdentifier: Type.Optional(words("Request identifier", "Name of the request.")),
  complete: Type.Optional(flag("Complete", "Whether Apple is done.")),
  completeDate: Type.Optional(words("Complete date", "When Apple was done, in UTC.")),
  succeededCount: Type.Optional(integer("Succeeded count", "Subscriptions whose renewal was put off.")),
  failedCount: Type.Optional(integer("Failed count", "Subscriptions whose renewal was not.")),
};

/** One request, as Apple finds it. */
interface Requested {
  productId: string;
  requestIdentifier: string;
}

async function readState(server: AppStoreServer, { productId, requestIdentifier }: Requested) {
  const { environment, body } = await server.ask({
    method: "GET",
    path: path`/inApps/v1/subscriptions/extend/mass/${productId}/${requestIdentifier}`,
  });
  const answer = conform(Type.Object(state), { ...body, completeDate: isoDate(body.completeDate) });
  return { ...answer, environment };
}

/** Seconds between two polls: Apple takes hours or days, so the longer it has taken, the less often it is asked. */
function everySeconds(waitedMs: number): number {
  return Math.min(600, Math.max(15, Math.floor(waitedMs / 10_000)));
}

const wait = waitFor({
  id: "GetMassExtensionResult",
  summary: "Get the result of a mass extension",
  description:
    "Answers whoever waits for a mass extension: 202 until Apple is done, then of how many it was.",
  route: "app-store-server/subscriptions/extensions/{requestIdentifier}/result",
  input: {
    requestIdentifier: massRequestIdentifier,
    productId,
    bundleId,
    environment: choice("Environment", "Environment that was asked.", ["Production", "Sandbox"]),
  },
  output: Type.Object(
    { environment: words("Environment", "The environment that answered, Production or Sandbox."), ...state },
    { title: "Result of a mass extension" },
  ),
  // As long as a flow can run, which is as long as results of jobs stay.
  lifeMs: 30 * 24 * 60 * 60_000,
  everySeconds,
  choose: async ({ bundleId }, scope) =>
    (await chooseForApp(scope, scope.credentialName, bundleId)).credential,
  async look({ bundleId, environment, ...requested }, scope) {
    const answer = await readState(await openAppStoreServer(scope, bundleId, environment), requested);
    return { status: "running", ...(answer.complete === true && { result: answer }) };
  },
  expired:
    "A result can be fetched for 30 days, and until the credential gets a new value. Send the request again under the same request identifier to wait for it again: it does nothing twice.",
});

export const getMassExtensionResult = wait.operation;

export const massExtendRenewalDates = appStoreServerOperation({
  id: "MassExtendRenewalDates",
  summary: "Extend the renewal dates of all subscribers",
  description:
    "Asks Apple to put off the next renewal of every active subscriber of a product, and waits until it has, which takes hours or days. Sending the request again under the same request identifier only waits again.",
  method: "POST",
  route: "app-store-server/subscriptions/extensions",
  longRunning: true,
  input: {
    productId,
    extendByDays,
    extendReasonCode,
    requestIdentifier: massRequestIdentifier,
    storefrontCountryCodes: Type.Optional(
      list(
        "Storefronts",
        "Storefronts whose subscribers are meant, as three capital letters such as USA. Leave it empty to mean all.",
        text("Storefront", "Storefront, such as USA.", {
          pattern: territoryPattern,
          form: "a storefront of three capital letters, such as USA",
        }),
        { minItems: 1, maxItems: 200 },
      ),
    ),
    wait: Type.Optional(
      flag(
        "Wait",
        "Whether to wait until Apple is done. No: go on at once, and look with Get the state of a mass extension.",
        { default: true },
      ),
    ),
    confirm: confirmation(
      "Confirm",
      "Yes, all subscribers are meant.",
      "Every active subscriber of the product gets the days free of charge, which cannot be taken back.",
    ),
  },
  title: "Requested mass extension",
  output: { ...state, requestIdentifier: words("Request identifier", "Name of the request.") },
  async run({ extendReasonCode: reason, confirm: _confirmed, wait: waits = true, ...facts }, server, scope) {
    // Before Apple is asked: what cannot be waited for is not begun.
    const accepted = waits ? await beginWait(facts, server, scope) : undefined;
    const { environment, body } = await server.ask({
      method: "POST",
      path: path`/inApps/v1/subscriptions/extend/mass`,
      json: { ...facts, extendReasonCode: codeOf(extendReasons, reason) },
      // By its request identifier: Apple answers a second one as the first.
      idempotent: true,
      perSecond: 1,
    });
    const { requestIdentifier = facts.requestIdentifier } = body;
    return accepted ?? { environment, requestIdentifier: String(requestIdentifier) };
  },
});

function beginWait({ productId, requestIdentifier }: Requested, server: AppStoreServer, scope: Scope) {
  const { credential, bundleId, wish: environment } = server;
  if (environment === "Auto") throw new TypeError("No ID tells where a mass extension is.");
  // Its token is made from a secret, and such a key has none.
  if (credential.credential.held === "key") {
    const message = "must be No with this credential: its key stays in the vault and signs no waits.";
    throw invalidInput([{ field: "wait", message }]);
  }
  return wait.accept({ requestIdentifier, productId, bundleId, environment }, credential, scope, "running");
}

export const getMassExtensionStatus = appStoreServerOperation({
  id: "GetMassExtensionStatus",
  summary: "Get the state of a mass extension",
  description: "Tells whether Apple has put off the renewals of all subscribers, and of how many it has.",
  method: "GET",
  route: "app-store-server/subscriptions/extensions/{requestIdentifier}",
  input: { requestIdentifier: massRequestIdentifier, productId },
  title: "State of a mass extension",
  output: state,
  run: (requested, server) => readState(server, requested),
});
