import * as Type from "typebox";
import { text } from "../schema.ts";

/** An optional text of a query that holds several values, with commas between them. */
export function severalText(
  summary: string,
  description: string,
  { one, form }: { one: string; form: string },
) {
  return Type.Optional(
    text(summary, description, {
      pattern: `^${one}( *, *${one})*$`,
      maxLength: 2_000,
      form,
      visibility: "advanced",
    }),
  );
}

/** The same as Apple takes it: the parameter once for each value. */
export function severalOf(name: string, given: string | undefined): [string, string][] {
  return (given?.split(",") ?? []).map((value) => [name, value.trim()]);
}
