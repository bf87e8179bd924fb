import type { Static, TObject, TProperties } from "typebox";
import * as Type from "typebox";
import { RelayError } from "./errors.ts";
import { type OperationFacts, operation, type TypedOperation } from "./operation.ts";
import { list, words } from "./schema.ts";
import type { Scope } from "./scope.ts";

/** More entries than this make a dropdown useless (design). */
export const maxLookUpItems = 5_000;

/** An entry of a dropdown. */
export interface LookUpItem {
  id: string;
  title: string;
}

const output = Type.Object({
  value: list(
    "Entries",
    "The entries of the dropdown.",
    Type.Object({
      id: words("ID", "Value that goes into the field."),
      title: words("Title", "Text that the dropdown shows."),
    }),
  ),
});

/** Declares an internal operation that fills a dropdown: whole, in the order of its titles unless it has its own. */
export function lookUp<Input extends TProperties>(
  facts: Omit<OperationFacts<Input, typeof output>, "method" | "output" | "run" | "visibility"> & {
    /** The entries have an order of their own, such as the newest first. */
    ordered?: boolean;
    run(input: Static<TObject<Input>>, scope: Scope): Promise<readonly LookUpItem[]>;
  },
): TypedOperation {
  return operation({
    ...facts,
    method: "GET",
    visibility: "internal",
    output,
    async run(input, scope) {
      const items = await facts.run(input, scope);
      if (items.length > maxLookUpItems) throw tooMany();
      if (facts.ordered) return { value: [...items] };
      return { value: [...items].sort((a, b) => a.title.localeCompare(b.title, "en")) };
    },
  });
}

/** The error for a dropdown that would be cut. */
export function tooMany(): RelayError {
  return new RelayError("rejected", {
    message: `There are more than ${maxLookUpItems} entries, too many for a dropdown.`,
    hint: "Choose “Enter custom value” and enter the ID.",
  });
}
