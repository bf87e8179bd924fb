import * as Type from "typebox";
import { conform } from "../../conform.ts";
import { isObject } from "../../json.ts";
import type { LookUpItem } from "../../look-up.ts";
import { words } from "../../schema.ts";
import { path } from "../../upstream/path.ts";
import { type Adjust, unusable } from "../client.ts";
import { reportLimit } from "./limit.ts";

/** An entry of Adjust's catalogue of what reports can be made of, as far as a dropdown needs it. */
const Entry = Type.Object({
  id: Type.Optional(words("ID", "Slug, token or code.")),
  name: Type.Optional(words("Name", "Name of the entry.")),
});

/**
 * Entries of one or several lists of Adjust's catalogue, merged, each once.
 *
 * @param lists names of lists, such as `overview_metrics`. Source: Adjust's description of `required_filters`.
 */
export async function catalogueEntries(
  adjust: Pick<Adjust, "call">,
  lists: readonly string[],
): Promise<LookUpItem[]> {
  const { body } = await adjust.call({
    path: path`/reports-service/filters_data`,
    query: { required_filters: lists.join(",") },
    limit: reportLimit,
  });
  if (body === undefined) return [];
  if (!isObject(body)) return unusable("It is not an object.", "GET");
  const entries = new Map<string, LookUpItem>();
  for (const name of lists) {
    const listed = body[name];
    // A list that an account has nothing for may be left out.
    for (const given of Array.isArray(listed) ? listed : []) {
      if (!isObject(given)) return unusable("An entry is not an object.", "GET");
      const { id, name: title } = conform(Entry, given);
      // Without an ID there is nothing that a field could be filled with.
      if (id && !entries.has(id))
        entries.set(id, { id, title: title && title !== id ? `${title} (${id})` : id });
    }
  }
  return [...entries.values()];
}
