import type { Day, Territory } from "../model.ts";
import type { PlannedSubscription, StartingPrice, SubscriptionWrite } from "./model.ts";
import { asOf, byTerritory, priceOn, samePrice, sameTimeline, type Timeline } from "./timeline.ts";

/** How far the writes of a plan have come, by what is there. */
export interface Progress {
  /** Whether each write was carried out, in the order of the plan. */
  done: readonly boolean[];
  /** Territories whose prices are not those that the plan was made of. */
  moved: readonly Territory[];
  /** Territories whose prices neither were there before nor come of the plan: somebody else was there. */
  changed: readonly Territory[];
}

interface ProgressFacts {
  planned: PlannedSubscription;
  /** What new subscribers pay, as it was read just now. */
  present: readonly StartingPrice[];
  /** The day in US Pacific time. */
  today: Day;
  tomorrow: Day;
  /** Prices of today are not taken. */
  live: boolean;
  /** So many writes are known to be sent. */
  sent: number;
}

/**
 * Finds out by reading how far a plan was carried out: each territory is in one of the states that its writes lead
 * through, one after the other, or somebody else has changed it.
 */
export function progressOf({ planned, present, today, tomorrow, live, sent }: ProgressFacts): Progress {
  const { before, writes } = planned;
  // As it was planned: a price that was to go may have been the next one of yesterday.
  const old = byTerritory(before);
  const now = byTerritory(present);
  const own = new Map<Territory, SubscriptionWrite[]>();
  for (const write of writes) {
    for (const territory of territoriesOf(write)) own.set(territory, [...(own.get(territory) ?? []), write]);
  }
  const move = (startDate: Day | null) => startToSend(startDate, { today, tomorrow, live });
  const known = new Set(writes.slice(0, sent));
  const reached = new Map<SubscriptionWrite, boolean>();
  const changed: Territory[] = [];
  const moved: Territory[] = [];
  for (const territory of new Set([...old.keys(), ...now.keys(), ...own.keys()])) {
    const list = own.get(territory) ?? [];
    const upTo = (most: number) =>
      lastState(now.get(territory) ?? [], most, (some, unmoved) => {
        const states = list
          .slice(0, some)
          .reduce<Timeline>(
            (timeline, write, place) => apply(timeline, write, territory, place < unmoved ? undefined : move),
            old.get(territory) ?? [],
          );
        return byTerritory(asOf(states, today)).get(territory) ?? [];
      });
    // A price that is removed and made again looks the same before and after: it counts as done only where it is known.
    const again = list.findIndex((write) => removesForAgain(write, list) && !known.has(write));
    const count = (again === -1 ? undefined : upTo(again)) ?? upTo(list.length);
    if (count === undefined) changed.push(territory);
    if (!sameTimeline(now.get(territory), asOf(old.get(territory) ?? [], today))) moved.push(territory);
    for (const [place, write] of list.entries()) {
      reached.set(write, (reached.get(write) ?? true) && place < (count ?? 0));
    }
  }
  return { done: writes.map((write) => reached.get(write) ?? false), moved, changed };
}

/** Whether a write removes a price only so that another one makes it again. */
function removesForAgain(write: SubscriptionWrite, list: readonly SubscriptionWrite[]): boolean {
  if (write.kind !== "delete") return false;
  return list.some((other) => other.kind === "create" && other.again && other.startDate === write.startDate);
}

/**
 * The most writes after which a territory looks like this. A midnight may have passed among them, so that some starts
 * were taken as planned and those that came later were moved to the next day.
 */
function lastState(
  present: Timeline,
  total: number,
  stateAfter: (sent: number, unmoved: number) => Timeline,
): number | undefined {
  for (let sent = total; sent >= 0; sent -= 1) {
    for (let unmoved = 0; unmoved <= sent; unmoved += 1) {
      if (sameTimeline(present, stateAfter(sent, unmoved))) return sent;
    }
  }
  return undefined;
}

/**
 * Whether Apple's IDs of price points are others than in the plan: an amount has another one, or an ID stands for another
 * amount. Told by what a subscription costs in any territory.
 */
export function otherIds({ before, after }: PlannedSubscription, present: readonly StartingPrice[]): boolean {
  const planned = byTerritory([...before, ...after]);
  return present.some(({ territory, point }) => {
    const known = (planned.get(territory) ?? []).map((price) => price.point);
    const alike = known.filter((other) => samePrice(other, point));
    const renamed = alike.length > 0 && alike.every(({ id }) => id !== point.id);
    return renamed || known.some((other) => other.id === point.id && !samePrice(other, point));
  });
}

/** The start that a planned one is sent as: what is not taken any more becomes the next day, or at once. */
export function startToSend(
  startDate: Day | null,
  { today, tomorrow, live }: Pick<ProgressFacts, "today" | "tomorrow" | "live">,
): Day | null {
  if (startDate !== null && startDate > today) return startDate;
  return live ? tomorrow : null;
}

/** A territory after one write more. */
function apply(
  timeline: Timeline,
  write: SubscriptionWrite,
  territory: Territory,
  move: (startDate: Day | null) => Day | null = (startDate) => startDate,
): Timeline {
  const without = (day: Day | null) => timeline.filter(({ startDate }) => startDate !== day);
  switch (write.kind) {
    case "delete":
      return without(write.startDate);
    case "create": {
      const startDate = move(write.startDate);
      const before = byTerritory(without(startDate)).get(territory);
      // Moved to another day it may be the same price again, which Apple refuses.
      if (samePrice(priceOn(before, startDate ?? ""), write.point)) return without(startDate);
      return [...without(startDate), { territory, startDate, point: write.point }];
    }
    case "first": {
      const point = write.prices.find((price) => price.territory === territory)?.point;
      return point === undefined ? timeline : [...without(null), { territory, startDate: null, point }];
    }
  }
}

/** Territories that a write concerns. */
export function territoriesOf(write: SubscriptionWrite): readonly Territory[] {
  return write.kind === "first" ? write.prices.map(({ territory }) => territory) : [write.territory];
}
