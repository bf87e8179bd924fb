import { chooseCredential } from "../choose.ts";
import { forward } from "../relay/forward.ts";
import { relayOperations } from "../relay/operations.ts";
import { credentialParameter, relayBody, relayPath } from "../relay/request.ts";
import type { ServicePaths } from "../upstream/service-paths.ts";
import { adjustKinds } from "./client.ts";

/** Paths that Adjust's automation host has. */
export const adjustPaths: ServicePaths = {
  pattern: /^(app-automation|reports-service|engage)\//,
  words: "app-automation/, reports-service/ or engage/",
};

export const [relayReadAdjust, relayWriteAdjust] = relayOperations({
  name: "Adjust",
  title: "Adjust",
  route: "relay/adjust/{*path}",
  async run(request, scope) {
    const path = relayPath(request, adjustPaths);
    const name = credentialParameter(request);
    const credential = await chooseCredential(scope, adjustKinds, name);
    return forward(request, scope, {
      origin: "adjust",
      path,
      credential,
      body: await relayBody(request, scope.deadline.signal),
    });
  },
});
