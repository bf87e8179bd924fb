import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exactly, preselect } from "../../functions/app-store-connect/filters.ts";
import type { FlatResource } from "../../functions/app-store-connect/flatten.ts";

interface Review {
  id: string;
  rating?: number;
  edited?: boolean;
  territory?: string;
}

const reviews: FlatResource[] = [
  { id: "1", rating: 1, edited: true, territory: "USA" },
  { id: "2", rating: 1, edited: false, territory: "usa" },
  { id: "3", rating: 5, territory: "USA" },
];
const shape = ({ id, rating, edited, territory }: FlatResource): Review => ({
  id,
  ...(typeof rating === "number" && { rating }),
  ...(typeof edited === "boolean" && { edited }),
  ...(typeof territory === "string" && { territory }),
});
const first = { limit: 50, position: undefined };

describe("Exact filters", () => {
  it("compare numbers and yes or no in their own types", () => {
    const ids = (filters: { rating?: number; edited?: boolean; territory?: string }) =>
      exactly<Review, typeof filters>(filters, { value: reviews }, first, shape).value.map(({ id }) => id);
    assert.deepEqual(ids({ rating: 1 }), ["1", "2"]);
    assert.deepEqual(ids({ edited: false }), ["2"]);
    assert.deepEqual(ids({ rating: 1, territory: "USA" }), ["1"]);
    assert.deepEqual(ids({}), ["1", "2", "3"]);
  });

  it("go to Apple as text, except one with a comma", () => {
    assert.deepEqual(preselect({ rating: 5, edited: true, name: "a,b", sku: undefined }), {
      "filter[rating]": "5",
      "filter[edited]": "true",
    });
  });

  it("do not compile with another type or a name that items do not have, which would match nothing", () => {
    const page = { value: reviews };
    // @ts-expect-error a rating is a number
    const wrongType = exactly({ rating: "1" }, page, first, shape);
    // @ts-expect-error there is no attribute of this name
    const wrongName = exactly({ raiting: 1 }, page, first, shape);
    assert.deepEqual([wrongType.value, wrongName.value], [[], []]);
  });
});
