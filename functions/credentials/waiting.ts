import { VaultError } from "./vault.ts";

/**
 * Waits for `work` no longer than until `signal` is aborted. Only the waiter leaves: the work goes on under the vault's
 * own deadline, because others may wait for the same call, and what it brings is cached for the next one.
 *
 * @throws VaultError `transient` (`key_vault_unavailable` for the caller) when the signal is aborted first.
 */
export async function waitFor<Value>(
  work: () => Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (!signal) return work();
  if (signal.aborted) throw left();
  let leave = () => {};
  const leaving = new Promise<never>((_, reject) => {
    leave = () => reject(left());
  });
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([work(), leaving]);
  } finally {
    // A deadline outlives many such calls and must not collect their listeners.
    signal.removeEventListener("abort", leave);
  }
}

function left(): VaultError {
  return new VaultError({ fault: "transient", action: "wait for the vault", name: "DeadlineExceeded" });
}
