import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTags } from "../../functions/credentials/tags.ts";
import { createP8, issuerId, openRoom, purchaseTags, teamTags } from "./support.ts";

const parse = (tags: Record<string, string>) =>
  parseTags({ name: "one", version: "1", tags, enabled: true }, "secret");

describe("Tags", () => {
  it("without kind make no credential", () => {
    assert.equal(parse({}), undefined);
    assert.equal(parse({ kind: " ", "key-id": "TEAMKEY001" }), undefined);
  });

  it("carry lists on in numbered tags", () => {
    const result = parse(
      purchaseTags("com.example.a, com.example.b,", {
        "bundle-ids-2": "com.example.c",
        "app-apple-ids": "100000001",
        "app-apple-ids-2": "100000002,100000003",
        default: "True",
      }),
    );
    assert.ok(result?.ok);
    assert.deepEqual(result.credential.bundleIds, ["com.example.a", "com.example.b", "com.example.c"]);
    assert.deepEqual(result.credential.appAppleIds, ["100000001", "100000002", "100000003"]);
    assert.equal(result.credential.isDefault, true);
  });

  for (const [what, tags, message] of [
    ["an unknown kind", { kind: "app-store-conect-team" }, /kind is not known/],
    ["no key ID", { kind: "app-store-connect-team", "issuer-id": issuerId }, /key-id is missing/],
    ["a key ID out of form", teamTags("KEY 1\r\n"), /key-id is not a key ID/],
    ["no issuer ID", { kind: "app-store-connect-team", "key-id": "TEAMKEY001" }, /issuer-id is missing/],
    ["an issuer ID out of form", teamTags(undefined, { "issuer-id": "69a6de" }), /issuer-id is not/],
    ["no bundle IDs", purchaseTags(""), /bundle-ids is missing/],
    ["a bundle ID out of form", purchaseTags("com.example/../x"), /no such ID/],
    ["a bundle ID with two dots in a row", purchaseTags("com..x"), /no such ID/],
    ["a bundle ID that ends in a dot", purchaseTags("com.example."), /no such ID/],
    ["a bundle ID that is too long", purchaseTags("a".repeat(156)), /no such ID/],
    ["a bundle ID twice", purchaseTags("a.b,a.b"), /twice/],
    [
      "lists of unequal length",
      purchaseTags("a.b,a.c", { "app-apple-ids": "100000001" }),
      /2 bundle IDs but 1/,
    ],
    ["an Apple ID out of form", purchaseTags("a.b", { "app-apple-ids": "0123" }), /no such ID/],
    ["a part without the one before", purchaseTags("a.b", { "bundle-ids-3": "a.c" }), /part that is missing/],
  ] as const) {
    it(`with ${what} are a problem`, () => {
      const result = parse(tags);
      assert.ok(result && !result.ok);
      assert.match(result.message, message);
    });
  }
});

describe("Problems", () => {
  it("name what an admin should know, and nothing of what is in order", async (t) => {
    const { vault, clock, credentials } = await openRoom(t);
    const { pem } = createP8();
    vault.setSecret("in-order", pem, { tags: teamTags(undefined, { default: "true" }) });
    vault.setSecret("not-ours", "text", { tags: { owner: "somebody" } });
    vault.setSecret("other-default", pem, { tags: teamTags(undefined, { default: "true" }) });
    vault.setSecret("expired", pem, { tags: teamTags(), expiresOn: clock.now() - 86_400_000 });
    vault.setSecret("misspelt", pem, { tags: { kind: "team" } });
    vault.setSecret("lost", pem, { tags: teamTags() });
    vault.setSecret("lost", pem);
    const problems = await credentials.problems();
    assert.deepEqual(
      problems.map(({ name }) => name),
      ["expired", "in-order", "lost", "misspelt", "other-default"],
    );
    assert.match(problems[2]?.message ?? "", /lost the tag kind, which was "app-store-connect-team"/);
    assert.match(problems[1]?.message ?? "", /default/);
  });
});
