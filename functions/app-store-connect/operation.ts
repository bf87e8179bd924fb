import type { Static, TObject, TProperties, TSchema } from "typebox";
import { type ListFacts, listOperation, type Page, type PageWish } from "../list.ts";
import { type LookUpItem, lookUp } from "../look-up.ts";
import { type OperationFacts, operation, type TypedOperation } from "../operation.ts";
import { type AppStoreConnect, appStoreConnectKinds, openAppStoreConnect } from "./client.ts";

/** Operations of this folder: `run` gets App Store Connect with the credential that the caller chose. */

export function appStoreConnectOperation<Input extends TProperties, Output extends TSchema>(
  facts: Omit<OperationFacts<Input, Output>, "credentials" | "run"> & {
    run(input: Static<TObject<Input>>, connect: AppStoreConnect): Promise<Static<Output>>;
  },
): TypedOperation {
  return operation({
    ...facts,
    credentials: appStoreConnectKinds,
    run: async (input, scope) => facts.run(input, await openAppStoreConnect(scope)),
  });
}

export function appStoreConnectList<Input extends TProperties, Item extends TSchema>(
  facts: Omit<ListFacts<Input, Item>, "credentials" | "run"> & {
    run(input: Static<TObject<Input>>, connect: AppStoreConnect, page: PageWish): Promise<Page<Static<Item>>>;
  },
): TypedOperation {
  return listOperation({
    ...facts,
    credentials: appStoreConnectKinds,
    run: async (input, scope, page) => facts.run(input, await openAppStoreConnect(scope), page),
  });
}

export function appStoreConnectLookUp<Input extends TProperties>(
  facts: { id: string; summary: string; description: string; route: string; input: Input } & {
    run(input: Static<TObject<Input>>, connect: AppStoreConnect): Promise<readonly LookUpItem[]>;
  },
): TypedOperation {
  return lookUp({
    ...facts,
    credentials: appStoreConnectKinds,
    run: async (input, scope) => facts.run(input, await openAppStoreConnect(scope)),
  });
}
