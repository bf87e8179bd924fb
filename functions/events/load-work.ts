/**
 * Loads what subscribes flows, delivers events and cleans up after them: no other call should wait for it at a cold
 * start.
 */
export const loadWork = () => import("./work.ts");
