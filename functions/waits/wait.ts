import type { Static, TObject, TProperties } from "typebox";
import { Accepted } from "../accepted.ts";
import type { ChosenCredential } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import { derive, placeholders, type TypedOperation } from "../operation.ts";
import { text } from "../schema.ts";
import type { Scope } from "../scope.ts";
import { pollResult, type Watch } from "./poll.ts";
import { makeToken, type ResultSubject } from "./result-token.ts";

/** Work at a service that callers wait for: nothing of the wait is stored, a token says it all. */
export interface WaitFacts<Input extends TProperties, Output extends TObject> {
  /** The operation that answers the polls. Its inputs, all texts, say what the result is of. */
  id: string;
  summary: string;
  description: string;
  route: string;
  input: Input;
  output: Output;
  lifeMs: number;
  everySeconds(waitedMs: number): number;
  choose(input: Static<TObject<Input>>, scope: Scope): Promise<ChosenCredential>;
  look(
    input: Static<TObject<Input>>,
    scope: Scope,
  ): Promise<{ status: string; result?: Static<Output> & object }>;
  /** What to do where a token is not good any more. */
  expired: string;
}

/** A wait that was declared. */
export interface Wait<Input extends TProperties> {
  /** Answers polls without a function key: 202 until the end, then the result. */
  readonly operation: TypedOperation;
  /**
   * The answer 202 for whoever waits.
   *
   * @throws RelayError as `ChosenCredential.deriveKey`: so it is made before anything is sent that cannot be taken back.
   */
  accept(
    input: Static<TObject<Input>>,
    credential: ChosenCredential,
    scope: Scope,
    status: string,
  ): Promise<Accepted>;
}

const token = text("Token", "Token of the result, as the header Location of the wait has it.");

/** Declares a wait. */
export function waitFor<Input extends TProperties, Output extends TObject>(
  facts: WaitFacts<Input, Output>,
): Wait<Input> {
  const { id, route, lifeMs, everySeconds, choose, look } = facts;
  const names = Object.keys(facts.input);
  const subjectOf = (input: Static<TObject<Input>>): ResultSubject => {
    const given: Readonly<Record<string, unknown>> = { ...input };
    return [id, ...names.map((name) => String(given[name]))];
  };

  /** The input again, as the operation's route and query have it. */
  function locationOf(origin: string, [, ...of]: ResultSubject, token: string): string {
    const values = new Map(names.map((name, at) => [name, of[at] ?? ""]));
    const inPath = new Set(placeholders(route));
    const path = route.replace(/\{(\w+)\}/g, (_match, name: string) =>
      encodeURIComponent(values.get(name) ?? ""),
    );
    const query = new URLSearchParams([...values].filter(([name]) => !inPath.has(name)));
    query.append("token", token);
    return `${origin}/api/${path}?${query}`;
  }

  const operation = derive({
    id,
    summary: facts.summary,
    description: facts.description,
    route,
    method: "GET",
    visibility: "internal",
    // Flow engines may poll without the function key: the token stands in for it.
    open: true,
    longRunning: true,
    input: { ...facts.input, token },
    output: facts.output,
    async run(given, scope) {
      // Checked against the declared input and the token together, then told apart again.
      const { token, ...rest } = given as { token: string };
      const input = rest as Static<TObject<Input>>;
      const subject = subjectOf(input);
      const watch: Watch<Static<Output> & object> = {
        lifeMs,
        everySeconds,
        choose: (named) => choose(input, named),
        look: (named) => look(input, named),
      };
      const poll = await pollResult(watch, subject, token, scope);
      if (poll === undefined) throw noResult(facts.expired);
      const { result, status, retryAfterSeconds } = poll;
      const location = locationOf(scope.origin, subject, token);
      return result ?? new Accepted({ location, retryAfterSeconds, body: { status } });
    },
  });

  return {
    operation,
    async accept(input, credential, scope, status) {
      const { runtime, deadline, origin } = scope;
      const subject = subjectOf(input);
      const token = await makeToken(credential, subject, { now: runtime.now(), lifeMs }, deadline.signal);
      return new Accepted({
        location: locationOf(origin, subject, token),
        retryAfterSeconds: everySeconds(0),
        body: { status },
      });
    },
  };
}

/** One answer for every token that is not good, so that nobody learns what was wrong with it. */
function noResult(hint: string): RelayError {
  return new RelayError("not_found", {
    message: "There is no such result, or its token is wrong or has expired.",
    hint,
  });
}
