import { operation } from "../operation.ts";
import { checkRequest, requestInput, requestOutput, sendRequest } from "../requests.ts";
import { appStoreConnectKinds, openAppStoreConnect } from "./client.ts";
import { appStoreConnectPaths } from "./relay.ts";

export const sendAppStoreConnectRequest = operation({
  id: "SendAppStoreConnectRequest",
  summary: "Send a request to App Store Connect",
  description:
    "Sends any request to the App Store Connect API, for what has no action of its own. Paths start with v1, v2 or v3, such as v1/apps.",
  method: "POST",
  route: "app-store-connect/requests",
  visibility: "advanced",
  credentials: appStoreConnectKinds,
  input: requestInput,
  output: requestOutput,
  async run(request, scope) {
    const checked = checkRequest(request, appStoreConnectPaths);
    const { credential } = await openAppStoreConnect(scope);
    return sendRequest(scope, { origin: "app-store-connect", credential }, checked);
  },
});
