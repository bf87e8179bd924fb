import * as Type from "typebox";
import { operation } from "../operation.ts";
import { anything, text, words } from "../schema.ts";
import { appStoreServerKinds } from "./credential.ts";
import { decodeGiven, trustedApps } from "./trusted.ts";

const signedPayload = text(
  "Signed payload",
  "What Apple signed: a transaction, renewal info, an app transaction or a notification, three parts with full stops in between.",
  { maxLength: 262_144, visibility: "important" },
);

export const decodeSignedPayload = operation({
  id: "DecodeSignedPayload",
  summary: "Decode a signed payload",
  description:
    "Verifies what Apple signed, such as a transaction that an app sent in, and answers what it says. What does not lead to Apple, or belongs to an app that no credential serves, is refused.",
  method: "POST",
  route: "app-store-server/signed-payloads/decode",
  safe: true,
  credentials: appStoreServerKinds,
  input: { signedPayload },
  output: Type.Object(
    {
      kind: words("Kind", "What it is: transaction, renewalInfo, appTransaction or notification."),
      payload: anything(
        "Payload",
        "What it says, under Apple's names: times in UTC, money as decimals, codes with their text.",
      ),
    },
    { title: "Decoded payload" },
  ),
  async run({ signedPayload }, scope) {
    const expected = { apps: await trustedApps(scope) };
    const { kind, payload } = await decodeGiven(scope, signedPayload, expected);
    return { kind, payload };
  },
});
