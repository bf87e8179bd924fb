/**
 * Apple's published limits: so many calls per app, endpoint and second, a tenth of it in the sandbox, where less
 * than one a second becomes one in several seconds.
 *
 * @returns seconds to wait (0: go on).
 */
export function createRateLimiter(
  sandbox: boolean,
): (key: string, perSecond: number, nowMs: number) => number {
  const windows = new Map<string, { from: number; calls: number }>();
  return (key, perSecond, nowMs) => {
    const rate = sandbox ? perSecond / 10 : perSecond;
    const windowMs = rate < 1 ? 1_000 / rate : 1_000;
    const allowed = Math.max(1, Math.floor(rate));
    const window = windows.get(key);
    if (window === undefined || nowMs >= window.from + windowMs) {
      windows.set(key, { from: nowMs, calls: 1 });
      return 0;
    }
    if (window.calls >= allowed) return (window.from + windowMs - nowMs) / 1_000;
    window.calls += 1;
    return 0;
  };
}
