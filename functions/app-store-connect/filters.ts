import type { Page, PageWish } from "../list.ts";
import type { Query } from "./client.ts";
import type { FlatResource } from "./flatten.ts";

/** Attribute values that items must have, exactly, in the types of the attributes. */
type Filters = Readonly<Record<string, string | number | boolean | undefined>>;

/** Filters that an item can match: by attributes of its schema and in their types. Others would match nothing. */
type FiltersOf<Item, Given> = { readonly [Name in keyof Item]?: Item[Name] | undefined } & Record<
  Exclude<keyof Given, keyof Item>,
  never
>;

/**
 * Apple's own filters for them, as a pre-selection: they may match more than was asked for. A value with a comma is
 * not sent, since Apple reads it as two; the exact comparison finds it all the same.
 */
export function preselect(filters: Filters): Query {
  return Object.fromEntries(
    Object.entries(filters).flatMap(([name, value]) =>
      value === undefined || String(value).includes(",") ? [] : [[`filter[${name}]`, String(value)]],
    ),
  );
}

/**
 * Keeps the items that match exactly, case included. Apple's total counts what Apple matched, so with a filter the
 * total is given only where one page holds everything.
 */
export function exactly<Item, Given extends Filters>(
  filters: Given & FiltersOf<NoInfer<Item>, Given>,
  page: Page<FlatResource>,
  wish: PageWish,
  shape: (item: FlatResource) => Item,
): Page<Item> {
  const wanted = Object.entries(filters).filter(([, value]) => value !== undefined);
  // Compared as callers see them: an attribute that comes as a number counts as the text that it is declared to be.
  const value = page.value
    .map(shape)
    .filter((item) => wanted.every(([name, wish]) => item[name as keyof Item] === wish));
  if (wanted.length === 0) return { ...page, value };
  const whole = page.position === undefined && wish.position === undefined;
  return { ...page, value, totalCount: whole ? value.length : undefined };
}
