/**
 * A budget whose window rolls: a call counts until a whole window after it was made. One that refilled evenly instead
 * would, after a burst, send what the service still refuses.
 */
export interface RollingWindow {
  limit: number;
  readonly windowMs: number;
  /** Calls that background work leaves to others. */
  reserve: number;
  /** Calls of this process that still count, oldest first. */
  readonly own: Slot[];
  /** Calls of others that still count, oldest first. */
  readonly others: Spread[];
  /** Until when calls of others are known. */
  knownUntil: number;
}

/** Calls that were made close together: from `at` to a slot's length later. */
interface Slot {
  at: number;
  calls: number;
}

/** Calls that were made some time between `from` and `to`; they leave the window as evenly, since nobody knows when. */
interface Spread {
  from: number;
  to: number;
  calls: number;
}

/** A window is kept in so many parts, which bounds what one budget takes up whatever its limit is. */
const slotsPerWindow = 120;

export function openWindow(
  facts: { limit: number; windowMs: number; reserve: number },
  now: number,
): RollingWindow {
  return { ...facts, own: [], others: [], knownUntil: now - facts.windowMs };
}

/** Calls that may be made at a time, now or later, if none is made until then. */
export function levelAt({ own, others, windowMs, limit }: RollingWindow, at: number): number {
  let level = limit;
  for (const slot of own) if (at < endOf(slot, windowMs)) level -= slot.calls;
  for (const { from, to, calls } of others) {
    const left = (to + windowMs - at) / Math.max(1, to - from);
    level -= calls * Math.min(1, Math.max(0, left));
  }
  return level;
}

/** When the last call of a slot no longer counts. */
function endOf({ at }: Slot, windowMs: number): number {
  return at + windowMs / slotsPerWindow + windowMs;
}

/**
 * Milliseconds until there is room for so many calls and `reserve` more; 0: now.
 *
 * @param calls any number: what is more than a window takes has to wait for the windows after it.
 */
export function waitForRoom(window: RollingWindow, calls: number, reserve: number, now: number): number {
  const { limit, windowMs } = window;
  const usable = Math.max(1, limit - reserve);
  const whole = Math.ceil(calls / usable) - 1;
  const needed = calls - whole * usable + limit - usable;
  const longest = windowMs + windowMs / slotsPerWindow;
  if (whole <= 0 && levelAt(window, now) >= needed) return 0;
  let [least, most] = [0, longest];
  while (most - least > 1) {
    const middle = (least + most) / 2;
    if (levelAt(window, now + middle) >= needed) most = middle;
    else least = middle;
  }
  return Math.max(1, most) + whole * longest;
}

/** Counts a call of this process, and forgets those that no longer count. */
export function spend({ own, windowMs }: RollingWindow, now: number): void {
  while (own[0] && now >= endOf(own[0], windowMs)) own.shift();
  const last = own.at(-1);
  if (last && now - last.at < windowMs / slotsPerWindow) last.calls += 1;
  else own.push({ at: now, calls: 1 });
}

/** Takes back the last call of this process. */
export function unspend({ own }: RollingWindow): void {
  const last = own.at(-1);
  if (last && last.calls > 0) last.calls -= 1;
}

/**
 * Believes what an answer says is left. What is missing was used by others since the last answer.
 *
 * Never upwards: others that are under way have taken their places already.
 */
export function learnRemaining(window: RollingWindow, remaining: number, now: number): void {
  const { others, windowMs, knownUntil } = window;
  while (others[0] && now >= others[0].to + windowMs) others.shift();
  const missing = levelAt(window, now) - remaining;
  window.knownUntil = now;
  if (missing <= 0) return;
  const last = others.at(-1);
  if (last && Math.abs(now - last.from) <= windowMs / slotsPerWindow) {
    last.to = Math.max(last.to, now);
    last.calls += missing;
  } else {
    others.push({ from: Math.max(now - windowMs, Math.min(knownUntil, now)), to: now, calls: missing });
  }
}
