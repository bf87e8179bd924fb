import { chooseCredential } from "../choose.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { isObject } from "../json.ts";
import type { Scope } from "../scope.ts";
import { malformed } from "../upstream/body.ts";
import { callJson } from "../upstream/json-call.ts";
import type { UpstreamPath } from "../upstream/path.ts";
import { failureError } from "../upstream/refusal.ts";
import { fromAdjust } from "./field-names.ts";

/** Kinds of credential that App Automation takes. */
export const adjustKinds = ["adjust"] as const;

/** Adjust for one call of ours: the credential is chosen, the deadline runs. Answers have our field names. */
export interface Adjust {
  readonly credential: ChosenCredential;
  /** One object. */
  get(path: UpstreamPath, query?: Query): Promise<Readonly<Record<string, unknown>>>;
  /** A bare array of objects. */
  list(path: UpstreamPath, query?: Query): Promise<Readonly<Record<string, unknown>>[]>;
}

/** Query of a call: absent values are left out. */
type Query = Readonly<Record<string, string | undefined>>;

/** Chooses the credential and opens the client. @throws RelayError as `Credentials.choose`. */
export async function openAdjust(scope: Scope): Promise<Adjust> {
  const { upstream, runtime, deadline, credentialName } = scope;
  const credential = await chooseCredential(scope, adjustKinds, credentialName);

  async function read(path: UpstreamPath, query: Query): Promise<unknown> {
    const { body } = await callJson(upstream, runtime.now, {
      origin: "adjust",
      method: "GET",
      path,
      query: Object.entries(query).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, value]],
      ),
      credential,
      deadline,
    });
    return fromAdjust(body);
  }

  return {
    credential,
    async get(path, query = {}) {
      const body = await read(path, query);
      return isObject(body) ? body : unusable("It is not an object.");
    },
    async list(path, query = {}) {
      const body = await read(path, query);
      if (!Array.isArray(body)) return unusable("It is not a list.");
      return body.map((item) => (isObject(item) ? item : unusable("An item is not an object.")));
    },
  };
}

function unusable(message: string): never {
  throw failureError({ origin: "adjust", method: "GET" }, malformed(message));
}
