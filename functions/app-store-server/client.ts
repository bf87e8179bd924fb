import type { ChosenCredential } from "../credentials/index.ts";
import { isObject } from "../json.ts";
import type { Scope } from "../scope.ts";
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
  /** Code by which the endpoint says that it does not know the ID in the path; absent: 4040010, as most do. */
  notFound?: string;
  /** Calls a second that Apple publishes for the endpoint in production; absent: it publishes none. */
  perSecond?: number;
}

/** An answer that holds an object, and the environment that gave it. */
export interface ServerAnswer {
  environment: Environment;
  body: Readonly<Record<string, unknown>>;
}

/** The App Store Server API for one call of ours: credential and app are chosen, the deadline runs. */
export interface AppStoreServer {
  readonly credential: ChosenCredential;
  readonly bundleId: string;
  /** The environment that the caller chose. */
  readonly wish: EnvironmentWish;
  /** A call whose answer is one object. @throws RelayError `outcome_unknown` where a write may have been made. */
  ask(call: ServerCall): Promise<ServerAnswer>;
  /** A write whose answer holds nothing, or nothing that is needed: it is not read. */
  write(call: ServerCall): Promise<{ environment: Environment }>;
}

/** What of a scope a call needs. */
export type ServerScope = Pick<Scope, "upstream" | "runtime" | "deadline" | "credentials" | "credentialName">;

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
  const { upstream, runtime, deadline, credentialName } = scope;
  const app = await chooseForApp(scope, credentialName, bundleId);

  async function send(origin: OriginName, call: ServerCall, discarded: boolean) {
    const { perSecond, file, notFound: _notFound, ...facts } = call;
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
    wish,
    async ask(call) {
      const { environment, answer } = await askOrThrow(
        wish,
        (origin) => send(origin, call, false),
        call.notFound,
      );
      if (isObject(answer.body)) return { environment, body: answer.body };
      const error = failureError(
        { origin: environmentOrigins[environment], ...call },
        malformed("It is not an object."),
      );
      throw error.outcome === "unknown" ? outcomeUnknown(error) : error;
    },
    async write(call) {
      const { environment } = await askOrThrow(wish, (origin) => send(origin, call, true), call.notFound);
      return { environment };
    },
  };
}
