const delimiters = [",", ";", "\t"] as const;

export type Delimiter = (typeof delimiters)[number];

/** The line that Excel writes and reads before the header to name the delimiter. */
const namedDelimiter = /^sep=([,;\t])(?:\r\n|\r|\n|$)/i;

/** Where a table begins in a text, and what divides its cells. */
export interface Dialect {
  delimiter: Delimiter;
  /** Index of the first character after a byte order mark and a line that names the delimiter. */
  start: number;
  /** Number of the line that begins there. */
  line: number;
}

/**
 * Finds how a CSV text is written: the delimiter is named by a first line `sep=;`, or else it is the one that the
 * header holds most often outside quotes. A header without any has one column.
 */
export function dialectOf(text: string): Dialect {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  // A header does not begin later: what is cut off the text here is not looked at.
  const named = namedDelimiter.exec(text.slice(start, start + 8));
  const [whole, delimiter] = named ?? [];
  if (whole !== undefined && isDelimiter(delimiter)) {
    return { delimiter, start: start + whole.length, line: /[\r\n]/.test(whole) ? 2 : 1 };
  }
  return { delimiter: mostFrequent(text, start), start, line: 1 };
}

function isDelimiter(text: string | undefined): text is Delimiter {
  return delimiters.some((delimiter) => delimiter === text);
}

function mostFrequent(text: string, start: number): Delimiter {
  const counts: Record<Delimiter, number> = { ",": 0, ";": 0, "\t": 0 };
  let quoted = false;
  let blank = true;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "\n" || character === "\r")) {
      if (!blank) break;
      continue;
    } else if (!quoted && isDelimiter(character)) counts[character] += 1;
    // A line of delimiters alone is a blank row of a spreadsheet.
    blank &&= !/[^\s,;]/.test(character);
  }
  return delimiters.reduce((best, other) => (counts[other] > counts[best] ? other : best));
}
