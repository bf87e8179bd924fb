/** What a link to the next page is held against. */
interface LinkFacts {
  origins: readonly string[];
  /** Path of the request whose answer holds the link. */
  path: string;
  /** Cursor of that request. */
  position: string | undefined;
}

/**
 * The cursor of the next page; undefined on the last one; `hostile` for a link of another origin or route, one without
 * a usable cursor, or one that leads back to the page it stands on. Only the cursor is taken from the link: the next
 * request's URL is built anew.
 */
export function nextCursor(
  document: Readonly<Record<string, unknown>>,
  { origins, path, position }: LinkFacts,
): string | undefined | "hostile" {
  const links = document.links;
  const next = typeof links === "object" && links !== null && "next" in links ? links.next : undefined;
  if (next === undefined || next === null) return undefined;
  if (typeof next !== "string" || !URL.canParse(next)) return "hostile";
  const url = new URL(next);
  if (!origins.includes(url.origin) || url.username !== "" || url.password !== "" || url.pathname !== path) {
    return "hostile";
  }
  const cursors = url.searchParams.getAll("cursor");
  const [cursor] = cursors;
  if (cursors.length !== 1 || cursor === undefined || !/^[\x21-\x7e]{1,2000}$/.test(cursor)) return "hostile";
  return cursor === position ? "hostile" : cursor;
}
