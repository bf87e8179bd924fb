import { type RawOperation, rawOperation } from "../operation.ts";

/** A raw relay as it is declared: reading is one function, everything else another. */
export interface RelayFacts {
  /** As in operationIds, such as `AppStoreConnect`. */
  name: string;
  /** As people call it. */
  title: string;
  route: string;
  run: RawOperation["run"];
}

/** The two functions of a raw relay, so that a key can be given for reading alone. */
export function relayOperations({
  name,
  title,
  route,
  run,
}: RelayFacts): readonly [RawOperation, RawOperation] {
  return [
    rawOperation({
      id: `RelayRead${name}`,
      summary: `Read from ${title} as it is`,
      description: `Passes a GET to ${title} and hands back its answer unchanged.`,
      methods: ["GET"],
      route,
      run,
    }),
    rawOperation({
      id: `RelayWrite${name}`,
      summary: `Write to ${title} as it is`,
      description: `Passes a POST, PATCH, PUT or DELETE to ${title} and hands back its answer unchanged.`,
      methods: ["POST", "PATCH", "PUT", "DELETE"],
      route,
      run,
    }),
  ];
}
