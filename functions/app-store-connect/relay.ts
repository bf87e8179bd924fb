import { chooseCredential } from "../choose.ts";
import { forward } from "../relay/forward.ts";
import { relayOperations } from "../relay/operations.ts";
import { credentialParameter, relayBody, relayPath } from "../relay/request.ts";
import type { ServicePaths } from "../upstream/service-paths.ts";
import { appStoreConnectKinds } from "./client.ts";

const route = "relay/app-store-connect";

/** Paths that App Store Connect has. */
export const appStoreConnectPaths: ServicePaths = {
  pattern: /^v[1-3]\//,
  words: "v1/, v2/ or v3/",
};

export const [relayReadAppStoreConnect, relayWriteAppStoreConnect] = relayOperations({
  name: "AppStoreConnect",
  title: "App Store Connect",
  route: `${route}/{*path}`,
  async run(request, scope) {
    const path = relayPath(request, appStoreConnectPaths);
    const name = credentialParameter(request);
    const credential = await chooseCredential(scope, appStoreConnectKinds, name);
    return forward(request, scope, {
      origin: "app-store-connect",
      path,
      credential,
      body: await relayBody(request, scope.deadline.signal),
      links: { route, credential: name },
    });
  },
});
