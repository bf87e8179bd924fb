/** A host of a bundle as a process of its own, whose messages come back after a second when it is killed. */
import { subscribe } from "node:diagnostics_channel";
import { startHost } from "../../local/host/host.ts";

const [bundle = ""] = process.argv.slice(2);
subscribe("queues", (message) => console.log(JSON.stringify(message)));
await startHost({
  bundle,
  env: process.env,
  port: 0,
  functionKey: "k",
  log: (line) => process.stderr.write(line),
  inPlace: true,
  lockSeconds: 1,
});
