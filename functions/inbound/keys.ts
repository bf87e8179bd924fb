import { appsOf } from "../app-store-server/trusted.ts";
import type { ChosenCredential, CredentialKind, Credentials } from "../credentials/index.ts";
import { waitFor } from "../credentials/waiting.ts";
import { RelayError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import type { TrustedApp } from "../signed-payloads/index.ts";

/**
 * What was found of the vault counts for so long, a failure too. Anybody may send something here, and neither a secret
 * that cannot be used nor a vault that is down may be asked for once a message.
 */
const keptMs = 5_000;

/** What the vault holds to verify events with. */
export interface Keys {
  /** Apps whose notifications are believed. @throws RelayError `key_vault_unavailable`. */
  apps(signal: AbortSignal): Promise<readonly TrustedApp[]>;
  /**
   * Holds what came against every usable credential of a kind: while a secret is replaced, the old one and the new one
   * both count.
   *
   * @param fits what a credential finds; undefined where it is not the one.
   * @returns undefined where none is.
   * @throws RelayError `not_configured` where there is none of the kind, `key_vault_unavailable` where one that cannot
   *   be read now may have been the one.
   */
  find<Found>(
    kind: CredentialKind,
    fits: (credential: ChosenCredential) => Promise<Found | undefined>,
    signal: AbortSignal,
  ): Promise<Found | undefined>;
}

/** The usable credentials of a kind, and why another one could not be read. */
interface Usable {
  chosen: readonly ChosenCredential[];
  failure: unknown;
}

export function createKeys(credentials: Credentials, runtime: Pick<Runtime, "now">): Keys {
  const apps = keep(runtime, async () =>
    (await credentials.list()).filter(({ kind }) => kind === "in-app-purchase").flatMap(appsOf),
  );
  const usable = new Map<CredentialKind, () => Promise<Usable>>();

  async function read(kind: CredentialKind): Promise<Usable> {
    const listed = (await credentials.list()).filter((credential) => credential.kind === kind);
    const reads = await Promise.allSettled(
      listed.map(({ name }) => credentials.choose({ kinds: [kind], name })),
    );
    return {
      chosen: reads.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
      failure: reads.map(awayOf).find((reason) => reason !== undefined),
    };
  }

  return {
    apps: (signal) => waitFor(apps, signal),
    async find<Found>(
      kind: CredentialKind,
      fits: (credential: ChosenCredential) => Promise<Found | undefined>,
      signal: AbortSignal,
    ): Promise<Found | undefined> {
      const load = usable.get(kind) ?? keep(runtime, () => read(kind));
      usable.set(kind, load);
      const { chosen, failure } = await waitFor(load, signal);
      const tried = await Promise.allSettled(chosen.map(fits));
      for (const one of tried) if (one.status === "fulfilled" && one.value !== undefined) return one.value;
      const away = failure ?? tried.map(awayOf).find((reason) => reason !== undefined);
      if (away !== undefined) throw away;
      if (chosen.length > 0) return undefined;
      throw noCredential(kind);
    },
  };
}

/** 503: what came may be right, and can be verified once somebody has added the credential. */
export function noCredential(kind: CredentialKind): RelayError {
  return new RelayError("not_configured", {
    message: `The vault has no usable credential of the kind ${kind}.`,
    hint: "An administrator of the function app has to add one; TestConnection tells what events need.",
  });
}

/** Why a credential could not be asked, where that may pass. One that cannot be used at all counts as absent. */
function awayOf(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === "fulfilled") return undefined;
  const { reason } = result;
  return reason instanceof RelayError && reason.code === "credential_unavailable" ? undefined : reason;
}

/** The same outcome for all who ask within `keptMs`. */
function keep<Value>(runtime: Pick<Runtime, "now">, load: () => Promise<Value>): () => Promise<Value> {
  let kept: { at: number; value: Promise<Value> } | undefined;
  return () => {
    const age = kept ? runtime.now() - kept.at : keptMs;
    // A clock that was set back makes the age unknown.
    if (!kept || age < 0 || age >= keptMs) kept = { at: runtime.now(), value: load() };
    return kept.value;
  };
}
