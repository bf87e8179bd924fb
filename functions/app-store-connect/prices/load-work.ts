/**
 * Loads what carries out the operations on prices. Their declarations are loaded at start as all are; the work itself is
 * a tenth of the bundle, and no other call should wait for it at a cold start.
 */
export const loadWork = () => import("./work.ts");
