import { catalogue } from "./catalogue.ts";
import { entryOf, type OperationEntry } from "./operation-entry.ts";

/**
 * Every operation of the catalogue. In the bundle this file is another one that says the same, made by
 * local/scripts/operation-index.ts: there an operation's own file is loaded by its first call, since no start, and no call of
 * another operation, should wait for it.
 */
export const operationIndex: readonly OperationEntry[] = catalogue.map(entryOf);
