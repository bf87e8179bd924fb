import assert from "node:assert/strict";
import type { Relay } from "./relay.ts";

/** A transaction that the simulator signed, as its answer about a subscription holds it. */
export async function signedBySimulator(relay: Relay): Promise<string> {
  const { json } = await relay.call("SendAppStoreServerRequest", {
    input: {
      method: "GET",
      path: "inApps/v1/subscriptions/300000000000001",
      bundleId: "com.example.stillwater",
    },
  });
  const [, signed] = /"signedTransactionInfo":"([^"]+)"/.exec(JSON.stringify(json)) ?? [];
  assert.ok(signed);
  return signed;
}
