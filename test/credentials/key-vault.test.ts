import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { createCredentials } from "../../functions/credentials/index.ts";
import { type LoopbackIdentity, startIdentityEndpoint } from "../support/identity-endpoint.ts";
import { type LoopbackKeyVault, startKeyVault } from "../support/key-vault.ts";
import { createP8, failure, holdClock, openLoopbackVault, openRoom, teamTags, verified } from "./support.ts";

describe("Key Vault by managed identity", () => {
  let vault: LoopbackKeyVault;
  let identity: LoopbackIdentity;
  before(async () => {
    vault = await startKeyVault();
    identity = await startIdentityEndpoint((token) => vault.acceptedTokens.add(token));
  });
  after(async () => {
    await identity.close();
    await vault.close();
  });

  it("answers the vault's challenge with the identity's token, pages the list and signs", async () => {
    const p8 = createP8();
    vault.setSecret("team", p8.pem, { tags: teamTags() });
    for (let i = 0; i < 7; i++) vault.setSecret(`other-${i}`, "not ours");
    const clock = holdClock();
    const credentials = createCredentials({ vault: openLoopbackVault(vault, clock, true), runtime: clock });

    const chosen = await credentials.choose({ kinds: ["app-store-connect-team"] });
    const { payload, header } = await verified(await chosen.authorization({}), p8.publicKey, clock.now());
    assert.equal(header.kid, "TEAMKEY001");
    assert.equal(payload.aud, "appstoreconnect-v1");
    assert.equal(identity.tokens.length > 0, true);
    assert.ok(vault.challenges > 0);
    assert.equal(vault.count("GET /secrets") - vault.count("GET /secrets/"), 3, "8 secrets are 3 pages of 3");
  });
});
