import type { PriceWarning } from "../model.ts";

/** Warnings of changes, in words of the restore that makes them; those about how changes are written are left out. */
export function ofRestore(warnings: readonly PriceWarning[]): PriceWarning[] {
  return warnings.flatMap((warning) =>
    ofChanges.has(warning.code) ? [] : [{ ...warning, message: inRestoreWords(warning.message) }],
  );
}

/** What a restore does by its nature: it cancels what is scheduled and sets what was. */
const ofChanges = new Set(["sale_becomes_permanent", "scheduled_replaced", "preserve_choice_replaced"]);

/** A text about changes of a plan, in words of the restore that makes them. */
export function inRestoreWords(text: string): string {
  return text.replace(/changes\[\d+\]/g, (_, at: number) => (at === 0 ? "The restore" : "the restore"));
}
