import * as Type from "typebox";
import { RelayError } from "../errors.ts";
import { bundleId } from "../fields.ts";
import { operation } from "../operation.ts";
import { checkRequest, requestInput, requestOutput, type ServiceAnswer, sendRequest } from "../requests.ts";
import { choice, words } from "../schema.ts";
import { appStoreServerKinds, chooseForApp } from "./credential.ts";
import { askEnvironment, environmentProblem } from "./environment.ts";
import { appStoreServerPaths } from "./relay.ts";

export const sendAppStoreServerRequest = operation({
  id: "SendAppStoreServerRequest",
  summary: "Send a request to the App Store Server API",
  description:
    "Sends any request to the App Store Server API, for what has no action of its own. Paths start with inApps, advancedCommerce or externalPurchase.",
  method: "POST",
  route: "app-store-server/requests",
  visibility: "advanced",
  credentials: appStoreServerKinds,
  input: {
    ...requestInput,
    bundleId: Type.Optional(bundleId),
    environment: Type.Optional(
      choice(
        "Environment",
        "Where to ask. Auto asks production, then the sandbox, and needs a transaction ID in the path.",
        ["Auto", "Production", "Sandbox"],
        { default: "Auto", anyCase: true },
      ),
    ),
  },
  output: Type.Object({
    environment: words("Environment", "The environment that answered, Production or Sandbox."),
    ...requestOutput.properties,
  }),
  async run({ bundleId, environment: wish = "Auto", ...request }, scope) {
    const checked = checkRequest(request, appStoreServerPaths, (path) =>
      environmentProblem(wish, path.encoded),
    );
    const app = await chooseForApp(scope, scope.credentialName, bundleId);
    const { environment, answer, failed } = await askEnvironment(
      wish,
      (origin) =>
        settle(
          sendRequest(
            scope,
            { origin, credential: app.credential, audience: { bundleId: app.bundleId } },
            checked,
          ),
        ),
      (outcome) => ({
        // `credential_rejected` is what a 401 has become.
        status: outcome.error?.upstream?.status ?? (outcome.error ? outcome.error.status : 200),
        errorCode: outcome.error?.upstream?.code,
      }),
    );
    if (answer.error) {
      if (!failed) throw answer.error;
      const message = `was tried both ways: production answered ${failed.production}, the sandbox ${failed.sandbox}.`;
      // Production refuses every token of an app that was never released. When the sandbox accepts it, the key is good.
      const unreleased = failed.production === 401 && failed.sandbox !== 401;
      const error = (unreleased && failed.sandboxAnswer.error) || answer.error;
      throw error.withDetails([{ field: "environment", message }]);
    }
    return { environment, ...answer.value };
  },
});

/** A refusal by the service, or its answer. What is neither goes on as it was thrown. */
async function settle(
  sending: Promise<ServiceAnswer>,
): Promise<{ value: ServiceAnswer; error?: undefined } | { value?: undefined; error: RelayError }> {
  try {
    return { value: await sending };
  } catch (error) {
    if (error instanceof RelayError && error.upstream) return { error };
    throw error;
  }
}
