import { Readable } from "node:stream";
import { invalidInput } from "../errors.ts";
import { bundleIdPattern } from "../fields.ts";
import { bodyTooLarge } from "../http/limits.ts";
import type { RawAnswer } from "../raw.ts";
import { forward } from "../relay/forward.ts";
import { relayOperations } from "../relay/operations.ts";
import { credentialParameter, keptBodyBytes, ownParameter, relayBody, relayPath } from "../relay/request.ts";
import type { OriginName } from "../upstream/origins.ts";
import type { ServicePaths } from "../upstream/service-paths.ts";
import { chooseForApp } from "./credential.ts";
import {
  askEnvironment,
  type EnvironmentVerdict,
  type EnvironmentWish,
  environmentProblem,
} from "./environment.ts";

/** Paths that the App Store Server API and its sisters on the same host have. */
export const appStoreServerPaths: ServicePaths = {
  pattern: /^(inApps|advancedCommerce|externalPurchase)\//,
  words: "inApps/, advancedCommerce/ or externalPurchase/",
};

const wishes: Readonly<Record<string, EnvironmentWish>> = {
  production: "Production",
  sandbox: "Sandbox",
  auto: "Auto",
};

export const [relayReadAppStoreServer, relayWriteAppStoreServer] = relayOperations({
  name: "AppStoreServer",
  title: "the App Store Server API",
  route: "relay/app-store-server/{environment}/{*path}",
  async run(request, scope) {
    const path = relayPath(request, appStoreServerPaths);
    const named = request.params.environment ?? "";
    const wish = Object.hasOwn(wishes, named) ? wishes[named] : undefined;
    if (!wish)
      throw invalidInput([{ field: "environment", message: "must be production, sandbox or auto." }]);
    const problem = environmentProblem(wish, path.encoded);
    if (problem) throw invalidInput([problem]);
    const { credential, bundleId } = await chooseForApp(
      scope,
      credentialParameter(request),
      ownParameter(request, "bundleId", "x-relay-bundle-id", bundleIdPattern),
    );
    const body = await relayBody(request, scope.deadline.signal);
    // A stream can be sent once, and `auto` may have to send twice. No body of this API comes near the bound.
    if (wish === "Auto" && body instanceof Readable) throw bodyTooLarge(keptBodyBytes);
    const said = new Set<RawAnswer>();
    const ask = async (origin: OriginName) => {
      const answer = await forward(request, scope, {
        origin,
        path,
        credential,
        audience: { bundleId },
        body,
      });
      said.add(answer);
      return answer;
    };
    try {
      const { environment, answer, failed } = await askEnvironment(wish, ask, verdictOf);
      said.delete(answer);
      return {
        ...answer,
        headers: {
          ...answer.headers,
          "x-relay-environment": environment.toLowerCase(),
          ...(failed && {
            "x-relay-production-status": String(failed.production),
            "x-relay-sandbox-status": String(failed.sandbox),
          }),
        },
      };
    } finally {
      // A streamed answer that nobody reads would hold its connection for good.
      for (const { body } of said) if (body instanceof Readable) body.destroy();
    }
  },
});

function verdictOf({ status, body }: RawAnswer): EnvironmentVerdict {
  let errorCode: string | undefined;
  if (status >= 400 && body instanceof Uint8Array && body.length < 10_000) {
    const match = /"errorCode"\s*:\s*(\d{7})\b/.exec(Buffer.from(body).toString("latin1"));
    errorCode = match?.[1];
  }
  return { status, errorCode };
}
