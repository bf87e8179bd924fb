/** Loads what reads the history again: no call should wait for it at a cold start. */
export const loadWork = () => import("./work.ts");
