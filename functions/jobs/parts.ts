import { itemsAtOnce } from "./store.ts";

/** A transaction takes 4 MB, and a text counts two bytes a character. Source: Azure's Table service. */
const maxCharacters = 1_500_000;

/** Things that become items, in parts that each fit into one transaction. */
export function* partsOf<Thing>(things: Iterable<Thing>): Generator<Thing[]> {
  let part: Thing[] = [];
  let characters = 0;
  for (const thing of things) {
    const size = JSON.stringify(thing).length;
    if (part.length === itemsAtOnce || (part.length > 0 && characters + size > maxCharacters)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(thing);
    characters += size;
  }
  if (part.length > 0) yield part;
}
