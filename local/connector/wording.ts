/** Words that stay small inside a title, as in titles of English books. */
const small = new Set(
  "a an and as at but by for from in into of off on or per than the to until via vs with".split(" "),
);

/** A label in title case, as the designer shows the names of fields: `Items per page` becomes `Items per Page`. */
export function titleCase(label: string): string {
  const words = label.split(" ");
  return words
    .map((word, index) => {
      const inside = index > 0 && index < words.length - 1;
      return inside && small.has(word) ? word : word.split("-").map(capitalise).join("-");
    })
    .join(" ");
}

/** One name without spaces: `In-app purchase` becomes `InAppPurchase`. */
export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map(capitalise)
    .join("");
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Values whose right spelling cannot be told from the value. */
const spellings: Readonly<Record<string, string>> = { ios: "iOS", android: "Android" };

/** How a dropdown shows a value of an enumeration: a word as it is, `NON_CONSUMABLE` as `Non consumable`. */
export function enumTitle(value: string): string {
  const spelling = Object.hasOwn(spellings, value) ? spellings[value] : undefined;
  if (spelling !== undefined) return spelling;
  if (/^[A-Z]?[a-z]+$|^[A-Z]+$/.test(value)) return value;
  const words = value
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .join(" ")
    .toLowerCase();
  return capitalise(words);
}
