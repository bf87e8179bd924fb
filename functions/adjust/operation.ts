import type { Static, TObject, TProperties, TSchema } from "typebox";
import type { Accepted } from "../accepted.ts";
import type { CredentialKind } from "../credentials/index.ts";
import { notACursor } from "../cursor.ts";
import { cutPage, type ListFacts, listOperation, type Page, type PageWish } from "../list.ts";
import { type LookUpItem, lookUp } from "../look-up.ts";
import { type OperationFacts, operation, type TypedOperation } from "../operation.ts";
import type { Scope } from "../scope.ts";
import { type Adjust, adjustKinds, openAdjust } from "./client.ts";

/** Operations of this folder: `run` gets Adjust with the credential that the caller chose. */

export function adjustOperation<Input extends TProperties, Output extends TSchema>(
  facts: Omit<OperationFacts<Input, Output>, "credentials" | "run"> & {
    /** Kinds of credential that can serve the call; absent: those of App Automation. */
    credentials?: readonly CredentialKind[];
    /** What is wrong with the input that no schema can say is thrown here, before the vault is asked. */
    check?(input: Static<TObject<Input>>, scope: Scope): void;
    run(input: Static<TObject<Input>>, adjust: Adjust, scope: Scope): Promise<Static<Output> | Accepted>;
  },
): TypedOperation {
  const { check, credentials = adjustKinds, run, ...named } = facts;
  return operation({
    ...named,
    credentials,
    run: async (input, scope) => {
      check?.(input, scope);
      return run(input, await openAdjust(scope, credentials), scope);
    },
  });
}

/** A list that Adjust answers whole; the pages are cut here. */
export function adjustList<Input extends TProperties, Item extends TSchema>(
  facts: Omit<ListFacts<Input, Item>, "credentials" | "run"> & {
    run(input: Static<TObject<Input>>, adjust: Adjust): Promise<readonly Static<Item>[]>;
  },
): TypedOperation {
  return listOperation({
    ...facts,
    credentials: adjustKinds,
    run: async (input, scope, wish) => {
      const adjust = await openAdjust(scope);
      return {
        ...cutPage(await facts.run(input, adjust), wish),
        credential: adjust.credential.credential.name,
      };
    },
  });
}

/** A list that Adjust answers in pages of its own. */
export function adjustPagedList<Input extends TProperties, Item extends TSchema>(
  facts: Omit<ListFacts<Input, Item>, "credentials" | "run"> & {
    run(input: Static<TObject<Input>>, adjust: Adjust, wish: PageWish): Promise<Page<Static<Item>>>;
  },
): TypedOperation {
  return listOperation({
    ...facts,
    credentials: adjustKinds,
    run: async (input, scope, wish) => {
      // Adjust has one environment: a cursor that names one was not made here.
      if (wish.environment !== undefined) throw notACursor();
      const adjust = await openAdjust(scope);
      return {
        ...(await facts.run(input, adjust, wish)),
        credential: adjust.credential.credential.name,
      };
    },
  });
}

export function adjustLookUp<Input extends TProperties>(facts: {
  id: string;
  summary: string;
  description: string;
  route: string;
  input: Input;
  run(input: Static<TObject<Input>>, adjust: Adjust): Promise<readonly LookUpItem[]>;
}): TypedOperation {
  return lookUp({
    ...facts,
    credentials: adjustKinds,
    run: async (input, scope) => facts.run(input, await openAdjust(scope)),
  });
}
