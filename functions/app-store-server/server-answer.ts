import type { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import {
  SignatureFault,
  type SignedKind,
  type SignedPayloads,
  type TrustedApp,
} from "../signed-payloads/index.ts";
import { malformed } from "../upstream/body.ts";
import { failureError, outcomeUnknown } from "../upstream/refusal.ts";
import { type Environment, environmentOrigins } from "./environment.ts";

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
  decode(kind: SignedKind, signed: unknown, where: string): Promise<Record<string, unknown>>;
  /** The error, of the same codes, for a member that is not as Apple documents it. `why` follows its name. */
  refuse(where: string, why: string): RelayError;
}

/** What to do where a signature or a claim does not fit: a tag of the credential may be wrong. */
const unbelievedHint =
  "Nothing of the answer was used. Check that bundle-ids and app-apple-ids of the credential name the app. If they do, try again later, and do not go around the check.";

/** What an answer is read with. */
interface AnswerFacts {
  call: { method: string; idempotent?: boolean };
  environment: Environment;
  body: unknown;
  /** The app of the call: payloads of another one are not believed. */
  app: TrustedApp;
  signedPayloads: SignedPayloads;
}

/** An answer that was carried out. @throws RelayError as `ServerAnswer.refuse` where it holds no object. */
export function readAnswer({ call, environment, body, app, signedPayloads }: AnswerFacts): ServerAnswer {
  const unusable = (why: string) => {
    const error = failureError({ origin: environmentOrigins[environment], ...call }, malformed(why));
    return error.outcome === "unknown" ? outcomeUnknown(error) : error;
  };
  if (!isObject(body)) throw unusable("It is not an object.");
  const refuse: ServerAnswer["refuse"] = (where, why) =>
    unusable(`Its ${where} ${why}`).withDetails([{ field: where, message: why }]);
  return {
    environment,
    body,
    refuse,
    async decode(kind, signed, where) {
      if (typeof signed !== "string") throw refuse(where, "is no signed payload.");
      try {
        const expected = { kinds: [kind], environment, apps: [app] };
        const { payload } = await signedPayloads.decode(signed, expected);
        return payload;
      } catch (error) {
        if (!(error instanceof SignatureFault)) throw error;
        const refused = refuse(where, `is not to be believed. ${error.message}`);
        throw refused.outcome === "none" ? refused.withHint(unbelievedHint) : refused;
      }
    },
  };
}
