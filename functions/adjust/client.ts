import { chooseCredential } from "../choose.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { isObject } from "../json.ts";
import type { Scope } from "../scope.ts";
import { malformed } from "../upstream/body.ts";
import { callJson, type JsonCall } from "../upstream/json-call.ts";
import type { UpstreamPath } from "../upstream/path.ts";
import { failureError, outcomeUnknown } from "../upstream/refusal.ts";
import { fromAdjust } from "./field-names.ts";

/** Kinds of credential that App Automation takes. */
export const adjustKinds = ["adjust"] as const;

/** Query of a call: absent values are left out, a list repeats its name. */
export type AdjustQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A call whose answer is taken as it comes. Defaults: GET at the automation host. */
export type AdjustCall = Pick<JsonCall, "path"> &
  Partial<
    Pick<
      JsonCall,
      | "origin"
      | "method"
      | "json"
      | "form"
      | "idempotent"
      | "audience"
      | "limit"
      | "read"
      | "accept"
      | "maxBytes"
    >
  > & {
    query?: AdjustQuery;
  };

/** Adjust for one call of ours: the credential is chosen, the deadline runs. Answers have our field names. */
export interface Adjust {
  readonly credential: ChosenCredential;
  /** One object. */
  get(path: UpstreamPath, query?: AdjustQuery): Promise<Readonly<Record<string, unknown>>>;
  /** A bare array of objects. */
  list(path: UpstreamPath, query?: AdjustQuery): Promise<Readonly<Record<string, unknown>>[]>;
  /**
   * Sends a body, which has Adjust's field names already, and answers one object.
   *
   * @param options `idempotent`: sending it again does no harm, so passing faults are repeated.
   */
  post(
    path: UpstreamPath,
    json: unknown,
    options: { idempotent: boolean },
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Any call: status and body as Adjust sent them, in Adjust's spelling. `body` is undefined where there is none. */
  call(call: AdjustCall): Promise<{ status: number; body: unknown }>;
}

/** What of a scope a call of Adjust needs. */
type AdjustScope = Pick<Scope, "upstream" | "runtime" | "deadline" | "credentials" | "credentialName">;

/**
 * Chooses the credential and opens the client.
 *
 * @param kinds kinds of credential that can serve the call.
 * @throws RelayError as `Credentials.choose`.
 */
export async function openAdjust(
  scope: AdjustScope,
  kinds: Parameters<typeof chooseCredential>[1] = adjustKinds,
): Promise<Adjust> {
  const { upstream, runtime, deadline, credentialName } = scope;
  const credential = await chooseCredential(scope, kinds, credentialName);

  async function call({ query = {}, ...facts }: AdjustCall) {
    const { status, body } = await callJson(upstream, runtime.now, {
      origin: "adjust",
      method: "GET",
      ...facts,
      query: pairsOf(query),
      credential,
      deadline,
    });
    return { status, body };
  }

  return {
    credential,
    async get(path, query = {}) {
      const { body } = await call({ path, query });
      return asObject(fromAdjust(body), "GET");
    },
    async list(path, query = {}) {
      const body = fromAdjust((await call({ path, query })).body);
      if (!Array.isArray(body)) return unusable("It is not a list.", "GET");
      return body.map((item) => (isObject(item) ? item : unusable("An item is not an object.", "GET")));
    },
    async post(path, json, { idempotent }) {
      const { body } = await call({ path, method: "POST", json, idempotent });
      return asObject(fromAdjust(body), "POST", idempotent);
    },
    call,
  };
}

/** Name and value of each parameter that is there. */
function pairsOf(query: AdjustQuery): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : (value ?? [])).map((item): [string, string] => [name, item]),
  );
}

function asObject(body: unknown, method: string, idempotent = false): Readonly<Record<string, unknown>> {
  return isObject(body) ? body : unusable("It is not an object.", method, idempotent);
}

/** The error for an answer that Adjust's documentation rules out; after a write nobody knows what it changed. */
export function unusable(message: string, method: string, idempotent = false): never {
  const error = failureError({ origin: "adjust", method, idempotent }, malformed(message));
  throw error.outcome === "unknown" ? outcomeUnknown(error) : error;
}
