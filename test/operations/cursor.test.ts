import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readCursor, writeCursor } from "../../functions/cursor.ts";
import { RelayError } from "../../functions/errors.ts";
import { cutPage } from "../../functions/list.ts";

const isRefused = (error: unknown) =>
  error instanceof RelayError && error.code === "invalid_input" && error.details?.[0]?.field === "cursor";
const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("A cursor", () => {
  it("comes back as it went", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 200,
    });
    const facts = fc.record({
      credential: fc.option(fc.constantFrom("team", "Team-2"), { nil: undefined }),
      environment: fc.option(fc.constantFrom("Production", "Sandbox"), { nil: undefined }),
      position: printable,
    });
    fc.assert(
      fc.property(facts, (given) => {
        const text = writeCursor({ operation: "ListApps", ...given });
        assert.match(text, /^[A-Za-z0-9_-]+$/);
        assert.deepEqual(readCursor(text, "ListApps"), { operation: "ListApps", ...given });
      }),
    );
  });

  const refused: readonly [what: string, text: string][] = [
    ["of another operation", raw(["ListTerritories", null, null, "x"])],
    ["without an operation", raw([null, null, null, "x"])],
    ["with a member too many", raw(["ListApps", null, null, "x", 1])],
    ["with a member too few", raw(["ListApps", null, null])],
    ["with a number for a position", raw(["ListApps", null, null, 5])],
    ["with an empty position", raw(["ListApps", null, null, ""])],
    ["with a space in its position", raw(["ListApps", null, null, "a b"])],
    ["with a line break in its position", raw(["ListApps", null, null, "a\r\nb"])],
    ["with a position that is too long", raw(["ListApps", null, null, "a".repeat(2_001)])],
    ["with a credential that is none", raw(["ListApps", "../x", null, "a"])],
    ["with a list for a credential", raw(["ListApps", ["team"], null, "a"])],
    ["with an unknown environment", raw(["ListApps", null, "Xcode", "a"])],
    ["that is an object", raw({ operation: "ListApps", position: "a" })],
    ["that is no JSON", Buffer.from("[").toString("base64url")],
    ["that is nothing", ""],
    ["that is any text", "AAAA"],
  ];
  for (const [what, text] of refused) {
    it(`${what} is refused`, () => assert.throws(() => readCursor(text, "ListApps"), isRefused));
  }
});

describe("A list that is there whole", () => {
  const items = Array.from({ length: 7 }, (_, index) => index);

  it("is cut into pages that make up the list", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (limit) => {
        const seen: number[] = [];
        let position: string | undefined;
        do {
          const page = cutPage(items, { limit, position });
          assert.equal(page.totalCount, 7);
          assert.ok(page.value.length <= limit);
          seen.push(...page.value);
          position = page.position;
        } while (position !== undefined);
        assert.deepEqual(seen, items);
      }),
    );
  });

  it("ends where a position is past its end", () => {
    assert.deepEqual(cutPage(items, { limit: 5, position: "900" }), {
      value: [],
      position: undefined,
      totalCount: 7,
    });
  });

  for (const position of ["x", "-1", "1.5", "1e1", "0x1", "9999999999"]) {
    it(`does not begin anew for the position ${position}, which it never gave out`, () => {
      assert.throws(() => cutPage(items, { limit: 5, position }), isRefused);
    });
  }
});
