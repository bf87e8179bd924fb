/**
 * Adjust spells fields in snake case, we in camel case, at every depth. Inside these the spelling is Adjust's both
 * ways, since their members are names of partners and of partners' own fields.
 */
const opaque = new Set(["channel_setup", "partners", "overrides", "override_settings"]);

/** A value of ours with Adjust's field names. Inside of `opaque` members nothing is changed. */
export function toAdjust(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toAdjust);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const theirs = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return [theirs, opaque.has(theirs) ? member : toAdjust(member)];
    }),
  );
}

/** A value of Adjust's with our field names. */
export function fromAdjust(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromAdjust);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      camelCase(name),
      opaque.has(name) ? member : fromAdjust(member),
    ]),
  );
}

/** One name of Adjust's in our spelling. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
