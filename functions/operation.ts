import type { Static, TObject, TProperties, TSchema } from "typebox";
import * as Type from "typebox";
import type { Accepted } from "./accepted.ts";
import type { Created } from "./created.ts";
import type { CredentialKind } from "./credentials/index.ts";
import { credentialField } from "./fields.ts";
import type { JobKind } from "./jobs/kind.ts";
import type { RawAnswer, RawRequest } from "./raw.ts";
import type { Scope } from "./scope.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** Where the inputs of an operation stand in the HTTP request. Derived, never declared. */
export type Place = "path" | "query" | "body";

/** What every operation has, whatever its kind. */
interface Named {
  /** PascalCase: operationId = function name = name in telemetry = heading in the documents. */
  id: string;
  /** Sentence case, at most 80 characters, no full stop. */
  summary: string;
  /** Full sentences. */
  description: string;
  /** Below `/api/`, with `{placeholders}`. */
  route: string;
}

/** What makes an operation one that starts flows: a webhook trigger. */
export interface Trigger {
  /** The field of the body that holds the flow's own address. A designer fills it in by itself. */
  callback: string;
  /** What is posted there. */
  content: TObject;
  /** Says to a maker what to do so that it triggers, a full sentence. */
  hint: string;
}

/**
 * An operation as it is declared: what cannot be derived, and nothing else.
 *
 * `Input` maps field names to schemas. Where a field stands follows from the rest: in the path when the route names
 * it, in the query of a GET or DELETE, else in the JSON body; `credential` always in the query.
 */
export interface OperationFacts<Input extends TProperties, Output extends TSchema> extends Named {
  method: Method;
  /** `internal` for look-ups that fill dropdowns. */
  visibility?: "important" | "advanced" | "internal";
  input: Input;
  output: Output;
  /** Kinds of credential that can serve the call; present: the caller may name one by `credential`. */
  credentials?: readonly CredentialKind[];
  /** The answer is a page of a list: `value`, `nextLink`. */
  pageable?: boolean;
  /** Safe in the sense of RFC 9110: a POST that only reads. Its failures leave nothing unknown. */
  safe?: boolean;
  /** Needs no function key: what is called holds a token or a signature. A test lists these operations literally. */
  open?: boolean;
  /**
   * The field of the body that a body of `text/csv` fills as a whole; the body's other fields come in the query then.
   * JSON goes on being taken, and is what connectors send.
   */
  csvBody?: string;
  /** The work that `run` hands over to a job, where it does. */
  job?: JobKind;
  /** It may answer `Accepted`; an operation with a `job` always may. */
  longRunning?: boolean;
  /** A flow subscribes by it: it answers `Created`, whose body is of `output`. */
  trigger?: Trigger;
  /** `output`, or `Accepted` where the work goes on after the answer, or `Created` of a trigger. */
  run(input: Static<TObject<Input>>, scope: Scope): Promise<Static<Output> | Accepted | Created>;
}

/** An operation with all that follows from its declaration. */
export interface TypedOperation extends Named {
  readonly kind: "typed";
  readonly methods: readonly [Method];
  readonly visibility: "important" | "none" | "advanced" | "internal";
  readonly input: TObject;
  readonly output: TSchema;
  readonly credentials: readonly CredentialKind[];
  readonly pageable: boolean;
  /** Nothing is changed by it: a GET, or a POST that only reads. */
  readonly safe: boolean;
  /** It needs no function key. */
  readonly open: boolean;
  /** The field that a body of `text/csv` fills. */
  readonly csvBody: string | undefined;
  readonly job: JobKind | undefined;
  /** It may answer 202, with where to ask for the result. */
  readonly longRunning: boolean;
  /** Present: it starts flows. */
  readonly trigger: Trigger | undefined;
  /** Place of each input field. */
  readonly places: Readonly<Record<string, Place>>;
  /** Runs with an input that was checked against `input`. */
  run(input: unknown, scope: Scope): Promise<unknown>;
}

/** A raw relay: passes requests and answers through as they are. Not in the connector. */
export interface RawOperation extends Named {
  readonly kind: "raw";
  readonly methods: readonly Method[];
  run(request: RawRequest, scope: Scope): Promise<RawAnswer>;
}

export type Operation = TypedOperation | RawOperation;

/** Names in `{…}` of a route, without the `*` of a catch-all. */
export function placeholders(route: string): string[] {
  return [...route.matchAll(/\{\*?(\w+)\}/g)].flatMap((match) => match[1] ?? []);
}

/** Declares a typed operation. @throws Error when the declaration contradicts itself, at load. */
export function operation<Input extends TProperties, Output extends TSchema>(
  facts: OperationFacts<Input, Output>,
): TypedOperation {
  // The handler checks every input against the schema before it runs, which is what makes it one of this type.
  return derive({ ...facts, run: (input, scope) => facts.run(input as Static<TObject<Input>>, scope) });
}

/** A declaration whose input type is no longer known to the compiler. */
type ErasedFacts = Omit<OperationFacts<TProperties, TSchema>, "run"> & Pick<TypedOperation, "run">;

/** Everything that follows from a declaration. For builders of kinds of operation; subjects use those. */
export function derive(facts: ErasedFacts): TypedOperation {
  const { id, summary, description, route, method, output, credentials = [] } = facts;
  const named = placeholders(route);
  const properties: TProperties = {
    ...facts.input,
    ...(credentials.length > 0 && { credential: Type.Optional(credentialField(credentials)) }),
  };
  for (const name of named) {
    if (!(name in properties)) throw new Error(`${id}: the route names {${name}}, the input does not.`);
  }
  const inQuery = method === "GET" || method === "DELETE";
  const places = Object.fromEntries(
    Object.keys(properties).map((name): [string, Place] => [
      name,
      named.includes(name) ? "path" : inQuery || name === "credential" ? "query" : "body",
    ]),
  );
  if (facts.csvBody !== undefined && places[facts.csvBody] !== "body") {
    throw new Error(`${id}: CSV is to fill ${facts.csvBody}, which is no field of the body.`);
  }
  return {
    kind: "typed",
    id,
    summary,
    description,
    route,
    methods: [method],
    visibility: facts.visibility ?? "none",
    input: Type.Object(properties, { additionalProperties: false }),
    output,
    credentials,
    pageable: facts.pageable ?? false,
    safe: facts.safe ?? method === "GET",
    open: facts.open ?? false,
    csvBody: facts.csvBody,
    job: facts.job,
    longRunning: facts.longRunning ?? facts.job !== undefined,
    trigger: facts.trigger,
    places,
    run: facts.run,
  };
}

/** Declares a raw relay. */
export function rawOperation(facts: Omit<RawOperation, "kind">): RawOperation {
  return { kind: "raw", ...facts };
}
