import * as Type from "typebox";
import { bundleId } from "../fields.ts";
import { operation } from "../operation.ts";
import { checkRequest, requestInput, requestOutput, sendRequest } from "../requests.ts";
import { choice, words } from "../schema.ts";
import { askOrThrow } from "./ask.ts";
import { appStoreServerKinds, chooseForApp } from "./credential.ts";
import { environmentProblem } from "./environment.ts";
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
    const { environment, answer } = await askOrThrow(wish, (origin) =>
      sendRequest(
        scope,
        { origin, credential: app.credential, audience: { bundleId: app.bundleId } },
        checked,
      ),
    );
    return { environment, ...answer };
  },
});
