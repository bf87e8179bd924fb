import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/**
 * Collects garbage now, so that a measure of memory shows what is held and not what waits for the collector. The memory
 * of buffers is given back beside the program after a collection; the next one waits for that.
 */
export function collectGarbage(): void {
  collect();
  collect();
}
