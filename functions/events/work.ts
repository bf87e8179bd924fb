/** What carries out messages and timers of events, and subscribes flows, in a chunk of its own. */
export { createPoster, type Poster } from "./post.ts";
export { recoverEvents } from "./recover.ts";
export { subscribe, unsubscribe } from "./subscribe.ts";
export { sweepEvents } from "./sweep.ts";
export { createEventWorker } from "./worker.ts";
