/** Where a string stands in a JSON text, quotes included. */
interface Span {
  start: number;
  end: number;
}

/**
 * Finds the strings `self`, `first` and `next` of the top-level `links` of a JSON text that was parsed before, so that
 * they can be replaced without touching any other byte.
 */
export function findLinks(text: string): { name: string; span: Span }[] {
  const found: { name: string; span: Span }[] = [];
  // One pass. `path` is what the present value is called at depth 1, so that depth 2 knows whether it is in `links`.
  let depth = 0;
  let keys: string[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      if (depth > 2) {
        at = end;
        continue;
      }
      const next = skipSpace(text, end);
      if (text.charCodeAt(next) === colon) {
        keys = [...keys.slice(0, depth - 1), JSON.parse(text.slice(at, end))];
        at = next + 1;
        continue;
      }
      const [top, name] = keys;
      if (depth === 2 && top === "links" && name !== undefined && linkNames.has(name)) {
        found.push({ name, span: { start: at, end } });
      }
      at = end;
      continue;
    }
    if (code === openBrace) depth += 1;
    // A list opens a level whose members have no names, so that nothing in it counts as a link.
    else if (code === openBracket) {
      depth += 1;
      keys = [...keys.slice(0, depth - 1)];
      if (depth <= 2) keys[depth - 1] = "";
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
      keys.length = Math.min(keys.length, depth);
    }
    at += 1;
  }
  return found;
}

const linkNames = new Set(["self", "first", "next"]);
const quote = 0x22;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}
