import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { catalogue } from "../../functions/catalogue.ts";
import { findExample, hostileText, parametersOf, seed, toFacts } from "../support/catalogue.ts";
import { startRelay } from "../support/relay.ts";

/** Apple's limit is 20 min; ours is 15. Source: Apple's documentation of tokens. */
const longestSeconds = 15 * 60;

describe("claims of the tokens that reach Apple", () => {
  it("are fixed by the credential, whatever callers send in any parameter", async (t) => {
    t.diagnostic(`seed ${seed}`);
    await using relay = await startRelay({ unlimited: true });
    const { simulator, demo } = relay;
    const tagsOf = (keyId: unknown) =>
      Object.values(demo.vault).find(({ tags }) => tags["key-id"] === keyId)?.tags ??
      assert.fail(`a token of the unknown key ${String(keyId)}`);
    const kinds = new Set<string>();
    let tokens = 0;

    const assertToken = (token: string) => {
      tokens += 1;
      const { alg, typ, kid, ...restOfHeader } = decodeProtectedHeader(token);
      assert.deepEqual({ alg, typ, restOfHeader }, { alg: "ES256", typ: "JWT", restOfHeader: {} });
      const tags = tagsOf(kid);
      const { iss, sub, aud, iat, exp, bid, ...rest } = decodeJwt(token);
      assert.deepEqual(rest, {}, "a claim that nobody asked for");
      assert.equal(aud, "appstoreconnect-v1");
      assert.equal(iss, tags["issuer-id"]);
      assert.equal(sub, tags.kind === "app-store-connect-individual" ? "user" : undefined);
      const bundleIds = tags["bundle-ids"]?.split(",") ?? [];
      if (tags.kind === "in-app-purchase") assert.ok(bundleIds.includes(String(bid)), `bid ${String(bid)}`);
      else assert.equal(bid, undefined);
      const now = Date.now() / 1000;
      assert.ok(Number.isInteger(iat) && Number.isInteger(exp), "times are whole seconds");
      assert.ok(iat !== undefined && exp !== undefined);
      assert.ok(iat <= now && iat > now - 120, `iat ${iat} at ${now}`);
      assert.ok(exp > now && exp - iat <= longestSeconds && exp > iat, `exp ${exp} of ${iat}`);
      kinds.add(tags.kind ?? "");
    };

    for (const operation of catalogue) {
      const parameters = parametersOf(operation);
      const values = await findExample(operation, (facts) => relay.call(operation.id, facts));
      for (const parameter of parameters) {
        const texts = fc.oneof(
          hostileText(parameter),
          fc.constantFrom("demo-team", "demo-individual", "demo-in-app-purchase", '","iss":"x', "x\u0000y"),
        );
        for (const text of fc.sample(texts, { seed, numRuns: 12 })) {
          const facts = toFacts(operation, new Map([...values, [parameter.name, text]]));
          // The names that tokens have, as parameters and headers that nobody declares.
          await relay.call(operation.id, {
            ...facts,
            headers: { kid: text.replace(/[^\x21-\x7e]/g, ""), iss: "x", bid: "x", "x-relay-exp": "9" },
          });
        }
      }
    }
    for (const { service, headers } of simulator.requests) {
      const token = /^(?:Bearer |Token token=)(.+)$/.exec(headers.authorization ?? "")?.[1];
      assert.ok(token);
      if (service !== "adjust") assertToken(token);
    }
    assert.ok(tokens > 200, `only ${tokens} tokens were seen`);
    assert.deepEqual(
      [...kinds].sort(),
      ["app-store-connect-individual", "app-store-connect-team", "in-app-purchase"],
      "every kind of key was used",
    );
  });
});
