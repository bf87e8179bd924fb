import type { Operation } from "./operation.ts";

/** What has to be known of an operation at start, and where the rest of it is. */
export interface OperationEntry extends Pick<Operation, "id" | "methods" | "route"> {
  /** Whether its function asks for no key. */
  readonly open: boolean;
  /** The operation with its schemas and its work. */
  load(): Promise<Operation>;
}

/** The entry of an operation that is loaded already. */
export function entryOf(operation: Operation): OperationEntry {
  const { id, methods, route } = operation;
  const open = operation.kind === "typed" && operation.open;
  return { id, methods, route, open, load: async () => operation };
}
