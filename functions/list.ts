import type { Static, TObject, TProperties, TSchema } from "typebox";
import * as Type from "typebox";
import { notACursor, readCursor, writeCursor } from "./cursor.ts";
import { invalidInput } from "./errors.ts";
import { derive, type OperationFacts, type TypedOperation } from "./operation.ts";
import { integer, list, text, words } from "./schema.ts";
import type { Scope } from "./scope.ts";

/** Which part of a list is asked for. */
export interface PageWish {
  /** 1 to 200. */
  limit: number;
  /** Where to go on; absent on the first page. */
  position: string | undefined;
  /** Environment that the first page came from, where the service has several. */
  environment?: string | undefined;
}

/** Part of a list. */
export interface Page<Item> {
  value: Item[];
  /** Where the next page starts; absent on the last one. */
  position?: string | undefined;
  /** Number of items in the whole list, where it is known. */
  totalCount?: number | undefined;
  /** Name of the credential that was used. */
  credential?: string | undefined;
  environment?: string | undefined;
  /** Fields of the answer beside the items, as `further` of the list declares them. */
  further?: Readonly<Record<string, unknown>>;
}

/** Items of a page when the caller does not say (design). */
const defaultLimit = 50;

const paging = {
  limit: Type.Optional(
    integer("Items per page", "How many items one page holds, 1 to 200.", {
      minimum: 1,
      maximum: 200,
      default: defaultLimit,
      visibility: "advanced",
    }),
  ),
  cursor: Type.Optional(
    text("Cursor", "Where to go on, as nextLink holds it. Leave it empty to start at the beginning.", {
      pattern: "^[A-Za-z0-9_-]+$",
      form: "the cursor that stands in nextLink",
      visibility: "internal",
    }),
  ),
};

/** A list as it is declared: an operation whose `run` answers a page of `item`. */
export type ListFacts<Input extends TProperties, Item extends TSchema> = Omit<
  OperationFacts<Input, Item>,
  "method" | "output" | "pageable" | "run"
> & {
  item: Item;
  /** Fields of the answer beside the items, such as the environment where the service has several. */
  further?: TProperties;
  run(input: Static<TObject<Input>>, scope: Scope, page: PageWish): Promise<Page<Static<Item>>>;
};

/**
 * A page of a list that is there whole. The position is the index of the next item.
 *
 * @throws RelayError `invalid_input` for a position that no list gives out: beginning anew would repeat items.
 */
export function cutPage<Item>(
  items: readonly Item[],
  { limit, position = "0", environment }: PageWish,
): Page<Item> {
  if (!/^\d{1,9}$/.test(position) || environment !== undefined) throw notACursor();
  const start = Number(position);
  const end = start + limit;
  return {
    value: items.slice(start, end),
    position: end < items.length ? String(end) : undefined,
    totalCount: items.length,
  };
}

/** Declares a list that answers `{ value, nextLink, totalCount }`. */
export function listOperation<Input extends TProperties, Item extends TSchema>(
  facts: ListFacts<Input, Item>,
): TypedOperation {
  const { item, run, further, ...named } = facts;
  const declared: TypedOperation = derive({
    ...named,
    method: "GET",
    pageable: true,
    input: { ...facts.input, ...paging },
    output: Type.Object({
      ...further,
      value: list("Items", "The items of this page.", item),
      nextLink: Type.Optional(words("Next link", "Address of the next page. Absent on the last page.")),
      totalCount: Type.Optional(
        integer("Total count", "Number of items on all pages, where the service tells it."),
      ),
    }),
    async run(given, scope) {
      // Checked against the declared input and the paging fields together, then told apart again.
      const { limit = defaultLimit, cursor, ...input } = given as Static<TObject<typeof paging>>;
      const from = cursor === undefined ? undefined : readCursor(cursor, facts.id);
      const credentialName = sameCredential(scope.credentialName, from?.credential);
      const page = await run(
        input as Static<TObject<Input>>,
        { ...scope, credentialName },
        { limit, position: from?.position, environment: from?.environment },
      );
      return {
        ...page.further,
        value: page.value,
        ...(page.position !== undefined && {
          nextLink: nextLink(declared, given as Record<string, unknown>, scope.origin, {
            operation: facts.id,
            credential: page.credential,
            environment: page.environment,
            position: page.position,
          }),
        }),
        ...(page.totalCount !== undefined && { totalCount: page.totalCount }),
      };
    },
  });
  return declared;
}

function sameCredential(named: string | undefined, inCursor: string | undefined): string | undefined {
  if (named !== undefined && inCursor !== undefined && named !== inCursor) {
    throw invalidInput([{ field: "credential", message: "is not the one that the list was begun with." }]);
  }
  return named ?? inCursor;
}

/** The caller's own checked query again, with the cursor. Never a key: those are not fields of an operation. */
function nextLink(
  { route, places }: TypedOperation,
  input: Readonly<Record<string, unknown>>,
  origin: string,
  cursor: Parameters<typeof writeCursor>[0],
): string {
  const path = route.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(input[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    if (places[name] === "query" && name !== "cursor") query.append(name, String(value));
  }
  query.append("cursor", writeCursor(cursor));
  return `${origin}/api/${path}?${query}`;
}
