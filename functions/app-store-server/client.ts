import type { ChosenCredential } from "../credentials/index.ts";
import type { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Scope } from "../scope.ts";
import { SignatureFault, type SignedKind } from "../signed-payloads/index.ts";
import { malformed } from "../upstream/body.ts";
import { discard } from "../upstream/client.ts";
import { callJson } from "../upstream/json-call.ts";
import type { OriginName } from "../upstream/origins.ts";
import type { UpstreamPath } from "../upstream/path.ts";
import { failureError, outcomeUnknown } from "../upstream/refusal.ts";
import { askOrThrow } from "./ask.ts";
import { chooseForApp } from "./credential.ts";
import { type Environment, type EnvironmentWish, environmentOrigins } from "./environment.ts";
import { explainRefusal } from "./explain.ts";
import { endpointLimit } from "./limit.ts";
import { appsOf, decodeAnswered } from "./trusted.ts";

/** One call of the App Store Server API. */
export interface ServerCall {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: UpstreamPath;
  query?: readonly (readonly [string, string])[];
  json?: unknown;
  /** A file that is sent as it is, in place of JSON. */
  file?: { bytes: Uint8Array; contentType: string };
  /** Sending it again does no harm, so passing faults are repeated. */
  idempotent?: boolean;
  /** The one environment to ask, in place of the caller's wish: that of the page before. */
  environment?: Environment;
  /** Calls a second that Apple publishes for the endpoint in production; absent: it publishes none. */
  perSecond?: number;
}

/** An answer that holds an object, and the environment that gave it. */
export interface ServerAnswer {
  environment: Environment;
  body: Readonly<Record<string, unknown>>;
  /**
   * What a member of it says that Apple signed, once that is proven for the app and the environment of the call.
   *
   * @param where the member, for the error.
   * @throws RelayError `bad_upstream_response`; after a write, which was made all the same, `outcome_unknown`.
   */
  decode(kind: SignedKind, signed: unknown, where: string): Record<string, unknown>;
  /** The error, of the same codes, for a member that is not as Apple documents it. `why` follows its name. */
  refuse(where: string, why: string): RelayError;
}

/** The App Store Server API for one call of ours: credential and app are chosen, the deadline runs. */
export interface AppStoreServer {
  readonly credential: ChosenCredential;
  readonly bundleId: string;
  /** A call whose answer is one object. @throws RelayError `outcome_unknown` where a write may have been made. */
  ask(call: ServerCall): Promise<ServerAnswer>;
  /** A write whose answer holds nothing, or nothing that is needed: it is not read. */
  write(call: ServerCall): Promise<{ environment: Environment }>;
}

/** What of a scope a call needs. */
export type ServerScope = Pick<
  Scope,
  "upstream" | "runtime" | "deadline" | "credentials" | "credentialName" | "signedPayloads"
>;

/**
 * Chooses credential and app and opens the client.
 *
 * @param bundleId may be left out where the credential serves one app only.
 * @throws RelayError as `chooseForApp`.
 */
export async function openAppStoreServer(
  scope: ServerScope,
  bundleId: string | undefined,
  wish: EnvironmentWish,
): Promise<AppStoreServer> {
  const { upstream, runtime, deadline, credentialName, signedPayloads } = scope;
  const app = await chooseForApp(scope, credentialName, bundleId);
  const served = appsOf(app.credential.credential).find((one) => one.bundleId === app.bundleId) ?? {
    bundleId: app.bundleId,
    appAppleId: undefined,
  };

  async function send(origin: OriginName, call: ServerCall, discarded: boolean) {
    const { perSecond, file, environment: _asked, ...facts } = call;
    const environment = origin === environmentOrigins.Sandbox ? "Sandbox" : "Production";
    const endpoint = `${call.method} ${call.path.template}`;
    try {
      return await callJson(upstream, runtime.now, {
        ...facts,
        origin,
        credential: app.credential,
        audience: { bundleId: app.bundleId },
        deadline,
        ...(file && { bytes: file }),
        ...(perSecond !== undefined && {
          limit: endpointLimit({ environment, bundleId: app.bundleId, endpoint }, perSecond),
        }),
        ...(discarded && {
          // A write that was carried out stays one however broken its answer is.
          async read(exchange) {
            discard(exchange);
          },
        }),
      });
    } catch (error) {
      throw explainRefusal(error);
    }
  }

  return {
    credential: app.credential,
    bundleId: app.bundleId,
    async ask(call) {
      const { environment, answer } = await askOrThrow(call.environment ?? wish, (origin) =>
        send(origin, call, false),
      );
      const unusable = (why: string) => {
        const error = failureError({ origin: environmentOrigins[environment], ...call }, malformed(why));
        return error.outcome === "unknown" ? outcomeUnknown(error) : error;
      };
      if (!isObject(answer.body)) throw unusable("It is not an object.");
      const refuse: ServerAnswer["refuse"] = (where, why) =>
        unusable(`Its ${where} ${why}`).withDetails([{ field: where, message: why }]);
      const decode: ServerAnswer["decode"] = (kind, signed, where) => {
        try {
          return decodeAnswered(signedPayloads, signed, { kinds: [kind], environment, apps: [served] });
        } catch (error) {
          if (!(error instanceof SignatureFault)) throw error;
          throw refuse(where, `is not to be believed. ${error.message}`);
        }
      };
      return { environment, body: answer.body, decode, refuse };
    },
    async write(call) {
      const { environment } = await askOrThrow(call.environment ?? wish, (origin) =>
        send(origin, call, true),
      );
      return { environment };
    },
  };
}
