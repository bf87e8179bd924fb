import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects garbage now, so that a measure of memory shows what is held and not what waits for the collector. */
export function collectGarbage(): void {
  collect();
}
