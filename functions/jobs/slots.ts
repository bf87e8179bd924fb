/** Room for a few pieces of work at a time in this process. */
export interface Slots {
  /** @returns what gives the place back; undefined when none is free. */
  take(): (() => void) | undefined;
}

/** @param most pieces of work at a time. */
export function createSlots(most: number): Slots {
  let taken = 0;
  return {
    take() {
      if (taken >= most) return undefined;
      taken += 1;
      return () => {
        taken -= 1;
      };
    },
  };
}

/** Slow work, such as a report of 32 MB, takes hundreds of megabytes; an instance has 2 GB. */
export const slowAtOnce = 2;
