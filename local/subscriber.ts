import { runSubscriber } from "./subscriber/run.ts";

/** `npm run subscriber`: plays a flow that subscribed, and prints what arrives. */

process.exitCode = await runSubscriber(process.argv.slice(2), process.env);
