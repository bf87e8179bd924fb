import { forward } from "../relay/forward.ts";
import { relayOperations } from "../relay/operations.ts";
import { credentialParameter, relayBody, relayPath } from "../relay/request.ts";
import { adjustKinds } from "./client.ts";

/** Paths that Adjust's automation host has. */
export const adjustPaths = /^(app-automation|reports-service|engage)\//;

export const [relayReadAdjust, relayWriteAdjust] = relayOperations({
  name: "Adjust",
  title: "Adjust",
  route: "relay/adjust/{*path}",
  async run(request, scope) {
    const path = relayPath(request, adjustPaths);
    const name = credentialParameter(request);
    const credential = await scope.credentials.choose({ kinds: adjustKinds, ...(name && { name }) });
    return forward(request, scope, {
      origin: "adjust",
      path,
      credential,
      body: await relayBody(request, scope.deadline.signal),
    });
  },
});
