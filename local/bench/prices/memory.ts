/** Most of what was held at any look, in bytes. */
export interface PeakMemory {
  /** On the heap after a full collection. */
  heapBytes: number;
  /** Resident right after it. */
  residentBytes: number;
  looks: number;
}

export interface MemoryProbe {
  /** Looks after a full collection. */
  look(): void;
  /** Looks if some time has passed: a collection takes tens of milliseconds. */
  glance(): void;
  peak(): PeakMemory;
}

const betweenMs = 2_000;

/** A probe of this process, which was started with --expose-gc. */
export function createMemoryProbe(): MemoryProbe {
  const peak = { heapBytes: 0, residentBytes: 0, looks: 0 };
  let last = Number.NEGATIVE_INFINITY;
  const look = () => {
    // What the first one frees is given back to the system beside it, and by the third it is.
    for (let time = 0; time < 3; time += 1) globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    peak.heapBytes = Math.max(peak.heapBytes, heapUsed);
    peak.residentBytes = Math.max(peak.residentBytes, rss);
    peak.looks += 1;
    last = performance.now();
  };
  return {
    look,
    glance() {
      if (performance.now() - last >= betweenMs) look();
    },
    peak: () => ({ ...peak }),
  };
}
