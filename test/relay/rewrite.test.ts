import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findLinks } from "../../functions/relay/links.ts";
import { type LinkFacts, rewriteLinks } from "../../functions/relay/rewrite.ts";
import { UpstreamFailure } from "../../functions/upstream/failure.ts";

const origin = "https://api.appstoreconnect.apple.com";
const relayUrl = "https://relay.example.com/api/relay/app-store-connect";
const facts: LinkFacts = {
  origins: ["http://127.0.0.1:8080", origin],
  relayUrl,
  path: "/v1/apps",
  query: [["limit", "7"]],
  credential: undefined,
};

const rewrite = (text: string, changes: Partial<LinkFacts> = {}) =>
  rewriteLinks(text, { ...facts, ...changes });
const isMalformed = (error: unknown) => error instanceof UpstreamFailure && error.kind === "malformed";

/** What stands at each span that was found, in order. */
function found(text: string): [name: string, value: unknown][] {
  return findLinks(text).map(({ name, span }) => [name, JSON.parse(text.slice(span.start, span.end))]);
}

describe("The links that are found", () => {
  const rows: readonly [what: string, text: string, expected: [string, string][]][] = [
    [
      "all three",
      '{"links":{"self":"a","first":"b","next":"c"}}',
      [
        ["self", "a"],
        ["first", "b"],
        ["next", "c"],
      ],
    ],
    ["with white space everywhere", ' {\n"links" :\t{ "next"\r\n:  "c" } } ', [["next", "c"]]],
    ["behind the data", '{"data":[{"links":{"self":"x"}}],"links":{"next":"c"}}', [["next", "c"]]],
    ["before the data", '{"links":{"next":"c"},"data":[{"links":{"next":"x"}}]}', [["next", "c"]]],
    ["with an escaped name", '{"\\u006cinks":{"\\u006eext":"c"}}', [["next", "c"]]],
    ["with an escaped value", '{"links":{"next":"a\\"b\\\\"}}', [["next", 'a"b\\']]],
    [
      "twice, where a name stands twice",
      '{"links":{"next":"a"},"links":{"next":"b","next":"c"}}',
      [
        ["next", "a"],
        ["next", "b"],
        ["next", "c"],
      ],
    ],
    [
      "beside what is nested in links",
      '{"links":{"x":{"next":"no"},"y":["next"],"next":"c"}}',
      [["next", "c"]],
    ],
    ["after an object that has the same names", '{"a":{"self":"no"},"links":{"self":"c"}}', [["self", "c"]]],
    ["none in another member", '{"data":{"next":"no"},"link":{"next":"no"}}', []],
    ["none after links has ended", '{"links":{},"data":{"next":"no"}}', []],
    ["none in links of links", '{"links":{"links":{"next":"no"}}}', []],
    ["none in a member of a list", '[{"links":"x","next":"no","self":"no"}]', []],
    ["none in a list", '[{"links":{"next":"no"}}]', []],
    ["none in a list of two levels", '[["links","next"],{"next":"no"}]', []],
    ["none where links is a list", '{"links":["next","no",{"next":"no"}]}', []],
    ["none where links is text", '{"links":"next","next":"no"}', []],
    ["none where the link is no text", '{"links":{"self":null,"next":{"href":"no"},"first":1}}', []],
    ["none in text that looks like it", '{"data":"{\\"links\\":{\\"next\\":\\"no\\"}}"}', []],
    ["none under other names", '{"links":{"prev":"no","Next":"no","related":"no"}}', []],
    ["none in no object", '"links"', []],
    ["none in an empty object", "{}", []],
    ["next after a list in links", '{"links":{"a":[1,{"b":[]}],"next":"c"}}', [["next", "c"]]],
    [
      "next after deep members of the top level",
      '{"a":{"b":{"c":{"d":[[[]]]}}},"links":{"next":"c"}}',
      [["next", "c"]],
    ],
  ];
  for (const [what, text, expected] of rows) {
    it(`are ${what}`, () => {
      JSON.parse(text);
      assert.deepEqual(found(text), expected);
    });
  }

  it("are found in ten megabytes in well under a second", () => {
    const item = {
      type: "apps",
      id: "1",
      attributes: { text: '\\"{}[]:,"'.repeat(5) },
      links: { self: "x" },
    };
    const text = JSON.stringify({ data: Array.from({ length: 60_000 }, () => item), links: { next: "c" } });
    assert.ok(text.length > 5_000_000);
    assert.deepEqual(found(text), [["next", "c"]]);
  });

  it("are found past long runs of backslashes", () => {
    const text = JSON.stringify({ a: "\\".repeat(200_000), b: '\\"'.repeat(100_000), links: { next: "c" } });
    assert.deepEqual(found(text), [["next", "c"]]);
  });
});

describe("Rewritten links", () => {
  const link = (value: string, name = "next") => JSON.stringify({ links: { [name]: value } });
  const rewritten = (value: string, changes: Partial<LinkFacts> = {}, name = "next") => {
    const { links }: { links: Record<string, string> } = JSON.parse(rewrite(link(value, name), changes));
    return links[name];
  };

  it("lead to the relay, with the query as the service wrote it", () => {
    assert.equal(
      rewritten(`${origin}/v1/apps?cursor=AQ.ab%3D%3D&limit=50&filter%5Bname%5D=a+b`),
      `${relayUrl}/v1/apps?cursor=AQ.ab%3D%3D&limit=50&filter%5Bname%5D=a+b`,
    );
    assert.equal(rewritten("http://127.0.0.1:8080/v1/apps?cursor=x"), `${relayUrl}/v1/apps?cursor=x`);
    assert.equal(rewritten(`${origin}/v1/apps`), `${relayUrl}/v1/apps`);
    assert.equal(rewritten(`${origin}/v1/apps?`), `${relayUrl}/v1/apps`);
  });

  it("keep the caller's credential", () => {
    const credential = "team-b";
    assert.equal(
      rewritten(`${origin}/v1/apps?cursor=x`, { credential }),
      `${relayUrl}/v1/apps?cursor=x&credential=team-b`,
    );
    assert.equal(rewritten(`${origin}/v1/apps`, { credential }), `${relayUrl}/v1/apps?credential=team-b`);
  });

  it("of self and first may name another route of the service", () => {
    for (const name of ["self", "first"]) {
      assert.equal(rewritten(`${origin}/v2/other/1`, {}, name), `${relayUrl}/v2/other/1`);
    }
  });

  const hostile = [
    "https://evil.example/v1/apps?cursor=x",
    `${origin}.evil.example/v1/apps`,
    `${origin}@evil.example/v1/apps`,
    "https://user@api.appstoreconnect.apple.com/v1/apps",
    "https://user:pass@api.appstoreconnect.apple.com/v1/apps",
    "http://api.appstoreconnect.apple.com/v1/apps",
    "https://api.appstoreconnect.apple.com:444/v1/apps",
    "//evil.example/v1/apps",
    "/v1/apps?cursor=x",
    "javascript:alert(1)",
    "data:text/html,x",
    "",
    "not a link",
  ];
  for (const value of hostile) {
    it(`to ${JSON.stringify(value)} make the answer unusable, under each name`, () => {
      for (const name of ["self", "first", "next"])
        assert.throws(() => rewrite(link(value, name)), isMalformed);
    });
  }

  for (const route of ["/v1/users", "/v1/apps/", "/v1/apps/../users", "/v1/apps%2f", "/V1/apps", "/v1"]) {
    it(`to the next page of ${route} make the answer unusable`, () => {
      assert.throws(() => rewrite(link(`${origin}${route}?cursor=x`)), isMalformed);
    });
  }

  it("are the only bytes that change", () => {
    const url = fc.webQueryParameters().map((query) => `${origin}/v1/apps?${query.replaceAll("'", "")}`);
    const links = fc.record(
      { self: url, first: url, next: url, prev: fc.string(), meta: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const json = fc.jsonValue({ maxDepth: 4 });
    const member = fc.tuple(
      fc.oneof(fc.string(), fc.constantFrom("data", "meta", "__proto__", "Links")),
      json,
    );
    const space = fc.constantFrom("", " ", "\n\t", "  ");
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 4 }),
        links,
        fc.array(member, { maxLength: 4 }),
        space,
        fc.boolean(),
        (before, ours, after, gap, escaped) => {
          const name = (text: string) =>
            escaped && text === "links" ? '"l\\u0069nks"' : JSON.stringify(text);
          const write = (entries: readonly (readonly [string, unknown])[]) =>
            `${gap}{${entries.map(([key, value]) => `${gap}${name(key)}${gap}:${gap}${JSON.stringify(value, null, gap)}`).join(`${gap},`)}${gap}}${gap}`;
          const build = (value: unknown) =>
            write([
              ...before.filter(([key]) => key !== "links"),
              ["links", value],
              ...after.filter(([key]) => key !== "links"),
            ]);
          // What is expected is built from values; what is tested works on text.
          const expected = Object.fromEntries(
            Object.entries(ours).map(([key, value]) => [
              key,
              ["self", "first", "next"].includes(key) ? expectedLink(String(value)) : value,
            ]),
          );
          assert.equal(rewrite(build(ours)), build(expected));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  function expectedLink(value: string): string {
    const { search } = new URL(value);
    return `${relayUrl}/v1/apps${search === "?" ? "" : search}`;
  }

  it("leave an answer without links as it is, to the very object", () => {
    for (const text of [
      '{"data":[]}',
      '{"data":"links \\u0041"}',
      "[]",
      '"links"',
      '{"links":{}}',
      '{"links":null}',
    ]) {
      assert.equal(rewrite(text), text);
    }
  });
});
