/**
 * Names of dimensions and metrics, called slugs by Adjust. Those of events are made by Adjust from what people typed, so
 * both cases and a few signs are allowed; a comma never is, since it separates them.
 */
export const slugPattern = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$";

/** The same in words. */
export const slugForm = "a slug of Adjust's, such as installs or partner_name: letters, digits and _ . -";

/** A slug as people read it: `network_cost` becomes `Network cost`. */
export function slugTitle(slug: string): string {
  const words = slug.replace(/[_.-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
