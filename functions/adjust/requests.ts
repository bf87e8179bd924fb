import { operation } from "../operation.ts";
import { checkRequest, requestInput, requestOutput, sendRequest } from "../requests.ts";
import { adjustKinds, openAdjust } from "./client.ts";
import { adjustPaths } from "./relay.ts";

export const sendAdjustRequest = operation({
  id: "SendAdjustRequest",
  summary: "Send a request to Adjust",
  description:
    "Sends any request to Adjust's automation host, for what has no action of its own. Paths start with app-automation, reports-service or engage.",
  method: "POST",
  route: "adjust/requests",
  visibility: "advanced",
  credentials: adjustKinds,
  input: requestInput,
  output: requestOutput,
  async run(request, scope) {
    const checked = checkRequest(request, adjustPaths);
    const { credential } = await openAdjust(scope);
    return sendRequest(scope, { origin: "adjust", credential }, checked);
  },
});
