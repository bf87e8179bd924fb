import { createHmac, randomBytes } from "node:crypto";
import { chooseCredential } from "../choose.ts";
import type { Credential } from "../credentials/index.ts";
import { RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { json, present } from "../storage/fields.ts";
import { seal, unseal } from "../storage/seal.ts";
import type { Row, StoredRow, Table } from "../storage/storage.ts";

/**
 * Callback URLs stay for months, longer than credentials do. So they are sealed with a key of chance, and that key is
 * kept sealed with one derived from each of several credentials: as long as one of these is what it was, it opens, and
 * it is then sealed anew for those that have changed.
 */

/** Partition of the keys, the newest first. */
const partition = "keys";

/** Keys that are tried before a new one is made, and credentials that one is sealed for. */
const maxKeys = 5;
const maxCopies = 12;

/** A key that opens callback URLs. */
export interface CallbackKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** What reading keys needs of a scope. */
export type KeyScope = Pick<Scope, "credentials" | "deadline" | "runtime">;

/** A keyed hash of a callback URL: who reads storage cannot try URLs with it. */
export function macOf({ bytes }: CallbackKey, url: string): string {
  return createHmac("sha256", bytes).update(url).digest("hex");
}

/**
 * The key that new callback URLs are sealed with: the newest that opens, or a new one.
 *
 * @param newId of a new key. @throws RelayError `credential_required` where no credential can seal it.
 */
export async function currentKey(table: Table, scope: KeyScope, newId: string): Promise<CallbackKey> {
  const { rows } = await table.page(partition, { limit: maxKeys });
  for (const row of rows) {
    const key = await openRow(table, scope, row);
    if (key) return key;
  }
  const bytes = randomBytes(32);
  const copies = await withCopies(scope, newId, bytes, {});
  if (Object.keys(copies).length === 0) {
    throw new RelayError("credential_required", {
      message: "The vault has no credential that the flow's callback URL could be encrypted with.",
      hint: "Add a credential whose value is a secret of the vault, such as an in-app purchase key or an Adjust token.",
    });
  }
  await table.insert(toRow(newId, copies));
  return { id: newId, bytes };
}

/** @returns undefined where every credential that it was sealed for has changed since. */
export async function openKey(table: Table, scope: KeyScope, id: string): Promise<CallbackKey | undefined> {
  const row = await table.read(partition, id);
  return row && openRow(table, scope, row);
}

/** Seals every key for the credentials of today, so that the next change of one loses none. */
export async function renewKeys(table: Table, scope: KeyScope): Promise<void> {
  const { rows } = await table.page(partition, { limit: maxKeys });
  for (const row of rows) await openRow(table, scope, row);
}

async function openRow(table: Table, scope: KeyScope, row: StoredRow): Promise<CallbackKey | undefined> {
  const copies = json<Record<string, string>>(row.fields, "copies") ?? {};
  for (const credential of await usable(scope)) {
    const copy = Object.hasOwn(copies, credential.name) ? copies[credential.name] : undefined;
    const own = copy === undefined ? undefined : await derived(scope, credential, row.row);
    const opened = copy !== undefined && own ? unseal(own, row.row, copy) : undefined;
    if (opened === undefined) continue;
    const bytes = Buffer.from(opened, "base64");
    const renewed = await withCopies(scope, row.row, bytes, copies);
    // Should somebody else be first, the same is done at the next opening.
    if (renewed !== copies) await table.replace({ ...toRow(row.row, renewed), etag: row.etag });
    return { id: row.row, bytes };
  }
  return undefined;
}

/** @returns the very same copies where all of them open and none is missing. */
async function withCopies(
  scope: KeyScope,
  id: string,
  bytes: Buffer,
  copies: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const text = bytes.toString("base64");
  const renewed: Record<string, string> = {};
  let changed = false;
  for (const credential of await usable(scope)) {
    if (Object.keys(renewed).length === maxCopies) break;
    const own = await derived(scope, credential, id);
    if (!own) continue;
    const copy = Object.hasOwn(copies, credential.name) ? copies[credential.name] : undefined;
    const opens = copy !== undefined && unseal(own, id, copy) === text;
    renewed[credential.name] = opens ? copy : seal(own, id, text);
    changed ||= !opens;
  }
  return changed ? renewed : copies;
}

/** Credentials whose value is read from the vault, in the order of their names. */
async function usable({ credentials, deadline }: KeyScope): Promise<readonly Credential[]> {
  const all = await credentials.list(deadline.signal);
  return all.filter(({ held }) => held === "secret");
}

async function derived(
  scope: KeyScope,
  { kind, name }: Credential,
  keyId: string,
): Promise<Buffer | undefined> {
  try {
    const chosen = await chooseCredential(scope, [kind], name);
    return await chosen.deriveKey(`callback URLs ${keyId}`, scope.deadline.signal);
  } catch (error) {
    // Disabled, gone, without a usable value: another one may do. A vault that is away is told.
    if (error instanceof RelayError && error.code === "credential_unavailable") return undefined;
    throw error;
  }
}

function toRow(id: string, copies: Readonly<Record<string, string>>): Row {
  return { partition, row: id, fields: present({ copies: JSON.stringify(copies) }) };
}
