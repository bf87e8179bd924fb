import { isObject } from "../json.ts";
import { VaultError, type VaultFault } from "./vault.ts";

/** Statuses that pass by themselves. Source: Key Vault's throttling guidance and HTTP. */
const transientStatuses = new Set([408, 429, 500, 502, 503, 504]);

/** What Node's sockets and resolver, the SDKs' pipeline and an aborted call say when the way to the vault is broken. */
const networkCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "REQUEST_SEND_ERROR",
  "PARSE_ERROR",
  "AbortError",
  "network_error",
]);

/** Words that a service or a library uses as a code; anything else could carry text of unknown origin. */
const codeWord = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * Turns whatever an Azure SDK threw into ours, at once. Of the original only its name, its status and its code are
 * kept: requests, headers, bodies and messages stay behind, because they may hold tokens.
 *
 * @param perItem whether the call was for one secret or key, so that 403 and 404 speak of that item alone.
 */
export function vaultFailure(error: unknown, action: string, perItem: boolean): VaultError {
  if (error instanceof VaultError) return error;
  const { name, status, code } = factsOf(error);
  return new VaultError({
    fault: faultOf(status, code ?? name, perItem),
    action,
    ...(name !== undefined && { name }),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
  });
}

function faultOf(status: number | undefined, code: string | undefined, perItem: boolean): VaultFault {
  if (status !== undefined) {
    if (perItem && (status === 403 || status === 404)) return "gone";
    return transientStatuses.has(status) ? "transient" : "refused";
  }
  return code !== undefined && networkCodes.has(code) ? "transient" : "refused";
}

interface Facts {
  name: string | undefined;
  status: number | undefined;
  code: string | undefined;
}

/** Reads the error and what it was caused by: the identity client hides the status a level or two deeper. */
function factsOf(error: unknown): Facts {
  const facts: Facts = { name: undefined, status: undefined, code: undefined };
  // Three levels are the most that the SDKs nest; a bound also ends a cycle.
  for (let current = error, level = 0; isObject(current) && level < 4; current = current.cause, level++) {
    facts.name ??= word(current.name);
    facts.status ??= statusOf(current);
    facts.code ??= innerCode(current) ?? word(current.code) ?? word(current.errorCode);
  }
  return facts;
}

function statusOf(error: Record<string, unknown>): number | undefined {
  for (const candidate of [error.statusCode, error.status]) {
    if (typeof candidate === "number" && candidate >= 100 && candidate <= 599) return candidate;
  }
  return undefined;
}

/** Key Vault says the precise reason (`SecretDisabled`, `ForbiddenByRbac`) in an inner error. */
function innerCode({ details }: Record<string, unknown>): string | undefined {
  const outer = isObject(details) ? details.error : undefined;
  const inner = isObject(outer) ? outer.innerError : undefined;
  return isObject(inner) ? word(inner.code) : undefined;
}

function word(value: unknown): string | undefined {
  return typeof value === "string" && codeWord.test(value) ? value : undefined;
}
