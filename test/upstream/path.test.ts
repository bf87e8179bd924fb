import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { path, rawPath, upstreamUrl } from "../../functions/upstream/path.ts";

const origin = "https://api.appstoreconnect.apple.com";

describe("A path built from values", () => {
  it("keeps its template apart from its values", () => {
    const built = path`/v1/apps/${"1480000001"}/inAppPurchasesV2`;
    assert.deepEqual(built, {
      encoded: "/v1/apps/1480000001/inAppPurchasesV2",
      template: "/v1/apps/{}/inAppPurchasesV2",
    });
  });

  it("encodes everything that could end a segment", () => {
    assert.equal(path`/a/${"b/c?d#e%f g\\h;i&j"}`.encoded, "/a/b%2Fc%3Fd%23e%25f%20g%5Ch%3Bi%26j");
  });

  for (const value of ["", ".", "..", "...", "\ud800", "a\udfff"]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      assert.throws(() => path`/v1/apps/${value}`, TypeError);
    });
  }

  it("leads where its template says, whatever the value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (value) => {
        let built: ReturnType<typeof path>;
        try {
          built = path`/v1/apps/${value}/inAppPurchasesV2`;
        } catch (error) {
          assert.ok(error instanceof TypeError);
          return;
        }
        const url = new URL(upstreamUrl(origin, built, [[value.toWellFormed(), value.toWellFormed()]]));
        const segments = url.pathname.split("/");
        assert.equal(url.origin, origin);
        assert.deepEqual(
          [segments.length, segments[1], segments[2], segments[4]],
          [5, "v1", "apps", "inAppPurchasesV2"],
        );
        assert.equal(decodeURIComponent(segments[3] ?? ""), value);
        assert.deepEqual([...url.searchParams], [[value.toWellFormed(), value.toWellFormed()]]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("A path as it was sent", () => {
  for (const sent of [
    "v1/apps",
    "v1/apps/1480000001",
    "inApps/v1/lookup/MABC123",
    "a/b~c_d-e.f:g=h,i+j",
    "v1/..a",
  ]) {
    it(`takes ${sent}`, () => {
      assert.equal(rawPath(sent)?.encoded, `/${sent}`);
    });
  }
  const refused = [
    "",
    "/v1/apps",
    "v1//apps",
    "v1/apps/",
    "v1/./apps",
    "v1/../apps",
    "v1/...",
    "v1/%2e%2e/apps",
    "v1/a%2fb",
    "v1/a%5cb",
    "v1/a\\b",
    "v1/a b",
    "v1/a\tb",
    "v1/a\r\nb",
    "v1/a\0b",
    "v1/a;b",
    "v1/a?b",
    "v1/a#b",
    "v1/a@b",
    "v1/．．/apps",
    "v1/\ud800",
    `v1/${"a".repeat(4_094)}`,
  ];
  for (const sent of refused) {
    it(`refuses ${JSON.stringify(sent.slice(0, 40))}`, () => {
      assert.equal(rawPath(sent), undefined);
    });
  }
});

describe("The URL of a call", () => {
  it("has the query in order, encoded, with repeated names", () => {
    const query = [
      ["filter[name]", "A & B"],
      ["a", "1"],
      ["a", "it's +1"],
      ["empty", ""],
    ] as const;
    assert.equal(
      upstreamUrl(origin, path`/v1/apps`, query),
      `${origin}/v1/apps?filter%5Bname%5D=A%20%26%20B&a=1&a=it%27s%20%2B1&empty=`,
    );
  });

  for (const encoded of ["/v1/../x", "/v1/a\tb", "/v1/a b", "/v1/%2e%2e/x", "\\\\evil.example"]) {
    it(`is not built from ${JSON.stringify(encoded)}`, () => {
      assert.throws(() => upstreamUrl(origin, { encoded, template: "/" }, []), TypeError);
    });
  }
  it("is not built from an origin that is more than one", () => {
    assert.throws(() => upstreamUrl(`${origin}@evil.example`, path`/v1/apps`, []), TypeError);
  });
});

describe("The template of a path as it was sent", () => {
  for (const [sent, template] of [
    ["v1/apps", "/v1/apps"],
    ["v1/apps/1480000001/inAppPurchasesV2", "/v1/apps/{}/inAppPurchasesV2"],
    ["inApps/v1/notifications/test", "/inApps/v1/notifications/test"],
    [
      "inApps/v1/notifications/test/7e3fb20b-4cdb-47cc-936d-99d65f608138_1",
      "/inApps/v1/notifications/test/{}",
    ],
    ["app-automation/app/hk1ios2game3/settings", "/app-automation/app/{}/settings"],
  ] as const) {
    it(`is one for all resources of an endpoint: ${sent}`, () => {
      assert.equal(rawPath(sent)?.template, template);
    });
  }
});
