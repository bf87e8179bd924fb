import type { Static, TObject, TProperties, TSchema } from "typebox";
import * as Type from "typebox";
import type { Accepted } from "../accepted.ts";
import { notACursor } from "../cursor.ts";
import { bundleId } from "../fields.ts";
import { type ListFacts, listOperation, type Page, type PageWish } from "../list.ts";
import { type OperationFacts, operation, type TypedOperation } from "../operation.ts";
import { choice, words } from "../schema.ts";
import type { Scope } from "../scope.ts";
import { type AppStoreServer, openAppStoreServer } from "./client.ts";
import { appStoreServerKinds } from "./credential.ts";
import type { Environment, EnvironmentWish } from "./environment.ts";

/**
 * Operations of this folder. `bundleId` and `environment` come with the builder: `run` gets the service with the
 * credential, the app and the environment that the caller chose, and says which environment answered.
 */

/** The app of a call; a token of this API names one. */
const app = { bundleId: Type.Optional(bundleId) };

/** Where an ID in the path tells the environment, it may be found out. */
const foundOut = {
  environment: Type.Optional(
    choice(
      "Environment",
      "Where the transaction is. Auto asks production, then the sandbox.",
      ["Auto", "Production", "Sandbox"],
      { default: "Auto", anyCase: true },
    ),
  ),
};

/** Where nothing tells the environment, the caller does. */
const named = {
  environment: choice("Environment", "Environment of the App Store to ask.", ["Production", "Sandbox"], {
    anyCase: true,
    visibility: "important",
  }),
};

/** Placeholders whose value exists in one environment only. */
const tellsEnvironment = /\{(originalT|t)ransactionId\}/;

function inputsFor({ route, only }: { route: string; only?: Environment }): TProperties {
  if (only) return app;
  return { ...app, ...(tellsEnvironment.test(route) ? foundOut : named) };
}

/** What those inputs are once they were checked. */
interface Chosen {
  bundleId?: string;
  environment?: EnvironmentWish;
}

/** The environment that answered, as every answer has it. */
const answered = {
  environment: words("Environment", "The environment that answered, Production or Sandbox."),
};

/** An answer with the environment that gave it. */
export type Answered<Output extends TProperties> = Static<TObject<Output>> & { environment: Environment };

export function appStoreServerOperation<Input extends TProperties, Output extends TProperties>(
  facts: Omit<OperationFacts<Input, TSchema>, "credentials" | "run" | "output"> & {
    /** Title of the answer. */
    title: string;
    /** The one environment that has the endpoint; callers are not asked for it then. */
    only?: Environment;
    output: Output;
    /** What is wrong with the input that no schema can say is thrown here, before the vault is asked. */
    check?(input: Static<TObject<Input>>, scope: Scope): void;
    run(
      input: Static<TObject<Input>>,
      server: AppStoreServer,
      scope: Scope,
    ): Promise<Answered<Output> | Accepted>;
  },
): TypedOperation {
  const { title, output, only, check, run, input, ...rest } = facts;
  return operation<TProperties, TSchema>({
    ...rest,
    credentials: appStoreServerKinds,
    input: { ...input, ...inputsFor(facts) },
    output: Type.Object({ ...answered, ...output }, { title }),
    async run(given, scope) {
      const { own, bundleId, environment } = tellApart<Static<TObject<Input>>>(given);
      check?.(own, scope);
      return run(own, await openAppStoreServer(scope, bundleId, only ?? environment), scope);
    },
  });
}

/** A list whose page `run` answers with the environment that it came from. */
export function appStoreServerList<Input extends TProperties, Item extends TSchema>(
  facts: Omit<ListFacts<Input, Item>, "credentials" | "run"> & {
    /** What is wrong with the input that no schema can say is thrown here, before the vault is asked. */
    check?(input: Static<TObject<Input>>, scope: Scope): void;
    run(
      input: Static<TObject<Input>>,
      server: AppStoreServer,
      page: PageWish,
      scope: Scope,
    ): Promise<Page<Static<Item>> & { environment: Environment }>;
  },
): TypedOperation {
  const { input, check, run, further, ...rest } = facts;
  return listOperation<TProperties, Item>({
    ...rest,
    credentials: appStoreServerKinds,
    input: { ...input, ...inputsFor(facts) },
    further: { ...answered, ...further },
    async run(given, scope, wish) {
      const { own, bundleId, environment } = tellApart<Static<TObject<Input>>>(given);
      const begun = wish.environment === undefined ? undefined : known(wish.environment);
      check?.(own, scope);
      // Pages of one list come from one environment: that of the cursor, which the caller's has to agree with.
      if (begun !== undefined && environment !== "Auto" && environment !== begun) throw notACursor();
      const server = await openAppStoreServer(scope, bundleId, begun ?? environment);
      const { environment: _begun, ...asked } = wish;
      const page = await run(own, server, asked, scope);
      return {
        ...page,
        credential: server.credential.credential.name,
        further: { environment: page.environment, ...page.further },
      };
    },
  });
}

function known(environment: string): Environment {
  if (environment === "Production" || environment === "Sandbox") return environment;
  throw notACursor();
}

/** The inputs of the operation, and those of the builder. */
function tellApart<Input>(given: unknown): { own: Input } & { bundleId: string | undefined } & {
  environment: EnvironmentWish;
} {
  // Checked against both together, then told apart again.
  const { bundleId, environment = "Auto", ...own } = given as Chosen;
  return { own: own as Input, bundleId, environment };
}
