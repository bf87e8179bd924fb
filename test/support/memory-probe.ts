/**
 * Preloaded into a process whose memory a test watches (`node --expose-gc --import`): it notes how far the process has
 * grown since it was asked to begin. Resident memory, since buffers and streams live outside of the JavaScript heap.
 */

/** Short beside the time that any megabyte takes to arrive over a socket. */
const intervalMs = 2;

let base = 0;
let peak = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
setInterval(look, intervalMs).unref();

process.on("message", (message) => {
  if (message === "begin") {
    globalThis.gc?.();
    base = process.memoryUsage.rss();
    peak = base;
  }
  look();
  process.send?.({ grown: peak - base });
});
// The channel alone must not keep the process alive.
process.channel?.unref();
