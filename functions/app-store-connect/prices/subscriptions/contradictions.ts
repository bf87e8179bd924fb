import type { PriceChange, PriceWarning, Territory } from "../model.ts";
import { placeOf } from "../timeline/words.ts";
import type { Asked } from "./lay.ts";
import { samePrice } from "./timeline.ts";

/** Two changes of which the later one takes away what the earlier one asks for. */
interface Clash {
  earlier: PriceChange;
  later: PriceChange;
  /** They only differ in what becomes of present subscribers. */
  isSame: boolean;
  territories: Territory[];
}

/**
 * Warnings of changes of which a later one takes away what an earlier one asks for: by a price that starts on the same
 * day or before, or by a cancel. A price that starts after another follows it: that is no contradiction, and how a sale
 * with a return is written. One warning for each pair of changes, however many territories.
 */
export function contradictions(asked: readonly Asked[]): PriceWarning[] {
  const clashes = new Map<string, Clash>();
  const sets = new Map<Territory, (Asked & Required<Pick<Asked, "set">>)[]>();
  for (const { change: later, territory, set } of asked) {
    const earlierOnes = sets.get(territory) ?? [];
    for (const { change: earlier, set: lost } of earlierOnes) {
      const erased = set === undefined || (set.startDate ?? "") <= (lost.startDate ?? "");
      // A cancel leaves what holds at once.
      if (!erased || (set === undefined && lost.startDate === null)) continue;
      const isSame = set !== undefined && samePrice(set.point, lost.point);
      if (isSame && earlier.preserveCurrentPrice === later.preserveCurrentPrice) continue;
      const key = `${earlier.index} ${later.index} ${isSame}`;
      const clash = clashes.get(key) ?? { earlier, later, isSame, territories: [] };
      clash.territories.push(territory);
      clashes.set(key, clash);
    }
    if (set) sets.set(territory, [...earlierOnes, { change: later, territory, set }]);
  }
  return [...clashes.values()].map(toWarning);
}

function toWarning({ earlier, later, isSame, territories }: Clash): PriceWarning {
  const [first, ...more] = territories;
  const where = more.length === 0 ? first : `${territories.length} territories`;
  const [lost, won] = [placeOf(earlier), placeOf(later)];
  const cancels = later.action === "cancel";
  return {
    code: cancels ? "change_cancelled" : "changes_overlap",
    message: cancels
      ? `${won} cancels in ${where} what ${lost} sets there. Put the cancel first where the price is meant to move.`
      : `${lost} and ${won} ${isSame ? "say different things about present subscribers" : "set different prices"} in ${where} on the same days. ${won} wins, because it comes later.`,
    changes: [earlier.index, later.index],
    ...(first !== undefined && more.length === 0 && { territory: first }),
  };
}
