import * as Type from "typebox";
import { type Credential, type CredentialKind, credentialKinds } from "../credentials/index.ts";
import { cutPage, listOperation } from "../list.ts";
import { lookUp } from "../look-up.ts";
import { list, text, words } from "../schema.ts";

const CredentialSummary = Type.Object(
  {
    name: words("Name", "Name of the credential."),
    kind: words("Kind", "Kind of the credential, such as app-store-connect-team."),
    keyId: Type.Optional(words("Key ID", "Apple key ID.")),
    bundleIds: Type.Optional(
      list(
        "Bundle IDs",
        "Bundle IDs that the credential serves.",
        words("Bundle ID", "Bundle ID of an app."),
      ),
    ),
  },
  { title: "Credential" },
);

/** What callers may know of a credential, and no more: name, kind, key ID, bundle IDs. */
function summary({ name, kind, keyId, bundleIds }: Credential) {
  return {
    name,
    kind,
    ...(keyId !== undefined && { keyId }),
    ...(bundleIds.length > 0 && { bundleIds: [...bundleIds] }),
  };
}

export const listCredentials = listOperation({
  id: "ListCredentials",
  summary: "List credentials",
  description: "Lists the credentials that actions can use: their names, kinds, key IDs and bundle IDs.",
  route: "credentials",
  input: {},
  item: CredentialSummary,
  async run(_input, { credentials, deadline }, wish) {
    return cutPage((await credentials.list(deadline.signal)).map(summary), wish);
  },
});

export const lookUpCredentials = lookUp({
  id: "LookUpCredentials",
  summary: "Look up credentials",
  description: "Fills the dropdown of credentials.",
  route: "look-ups/credentials",
  input: {
    kinds: Type.Optional(
      text("Kinds", "Kinds of credential to show, with commas between them.", {
        pattern: "^[a-z0-9,-]{1,500}$",
        form: "kinds of credential with commas between them",
        visibility: "internal",
      }),
    ),
  },
  async run({ kinds }, { credentials, deadline }) {
    const wanted = new Set<CredentialKind>(
      kinds === undefined
        ? credentialKinds
        : credentialKinds.filter((kind) => kinds.split(",").includes(kind)),
    );
    const all = await credentials.list(deadline.signal);
    return all
      .filter(({ kind }) => wanted.has(kind))
      .map(({ name, isDefault }) => ({ id: name, title: isDefault ? `${name} (default)` : name }));
  },
});
