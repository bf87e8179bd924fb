import type {
  PriceChange,
  PricePoint,
  PriceSchedule,
  Territory,
} from "../../../../functions/app-store-connect/prices/model.ts";
import { base, point } from "./world.ts";

/** The day on which the examples happen. */
export const today = "2026-03-01";

/**
 * A timeline as it reads: prices, `-` for automatic ones, with the days between them, such as `- 03-10 4 03-20 -`. A day
 * is one of 2026 unless it names its year; a price is the tier of a point, so `4` is 4.99.
 */
export type Timeline = string;

/** A schedule of the base `USA`, each territory's timeline as it reads. */
export function scheduleOf(timelines: Readonly<Record<Territory, Timeline>>): PriceSchedule {
  const manual = Object.entries(timelines).map(([territory, text]) => {
    const words = text.split(" ");
    const day = (place: number) => (words[place] === undefined ? null : dayOf(words[place]));
    const intervals = words.flatMap((word, place) =>
      place % 2 === 1 || word === "-"
        ? []
        : [{ startDate: day(place - 1), endDate: day(place + 1), point: point(territory, Number(word)) }],
    );
    return [territory, intervals] as const;
  });
  return { baseTerritory: base, manual: new Map(manual) };
}

/** The timelines of a schedule as they read; neighbours that do not adjoin have `-` between them. */
export function timelinesOf({ manual }: PriceSchedule): Record<Territory, Timeline> {
  return Object.fromEntries(
    [...manual].map(([territory, intervals]) => {
      const words: string[] = [];
      let end: string | null = null;
      for (const [
        place,
        {
          startDate,
          endDate,
          point: { id },
        },
      ] of intervals.entries()) {
        if (startDate !== null && (place === 0 || startDate !== end))
          words.push(...(place === 0 ? ["-"] : [short(end), "-"]));
        if (startDate !== null) words.push(short(startDate));
        words.push(id.slice(4));
        end = endDate;
      }
      if (end !== null) words.push(short(end), "-");
      return [territory, words.join(" ")];
    }),
  );
}

export function dayOf(text: string): string {
  return text.length === 5 ? `2026-${text}` : text;
}

function short(day: string | null): string {
  return (day ?? "").replace(/^2026-/, "");
}

/** A change as it reads: `set DEU 4 03-10 03-20`, `set base 4 now ever`, `cancel *`. */
export function changesOf(texts: readonly string[]): PriceChange[] {
  return texts.map((text, index) => {
    const [action, target = "", tier = "", start = "now", end = "ever"] = text.split(" ");
    const named = target === "base" ? {} : { territory: target };
    if (action === "cancel") return { index, action, ...named, startDate: null, endDate: null };
    const currency = target === "base" || target === "*" ? base : target;
    const set: PricePoint = point(currency, Number(tier));
    return {
      index,
      action: "set",
      ...named,
      point: set,
      startDate: start === "now" ? null : dayOf(start),
      endDate: end === "ever" ? null : dayOf(end),
    };
  });
}
