const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Calls `stop` once, when the process is asked to end: by SIGINT or SIGTERM, of which a second one ends it at once, or
 * because npm is gone. npm runs scripts through a shell, and a SIGTERM to npm ends that shell without reaching this
 * process, which would keep its port. So a process that npm started ends when its parent is gone.
 */
export function onEnd(stop: () => void): void {
  const asked = () => {
    clearInterval(watch);
    for (const signal of signals) process.removeListener(signal, asked);
    stop();
  };
  for (const signal of signals) process.once(signal, asked);
  const parent = process.ppid;
  const watch =
    process.env.npm_lifecycle_event === undefined
      ? undefined
      : setInterval(() => {
          if (process.ppid !== parent) asked();
        }, 500).unref();
}
