/**
 * `npm run simulator`: the demo's simulator by itself, so that a function app in front of it can be killed and started
 * again while what was written to Apple and Adjust stays. `-- <folder>` says where the keys go.
 */
import path from "node:path";
import { startDemo } from "../demo.ts";
import { fail, say } from "../host/run.ts";

async function run(): Promise<void> {
  const demo = await startDemo(path.resolve(process.argv[2] ?? ".local/simulator"));
  const stop = () => void demo.close().then(() => process.exit(0), fail);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  say(
    "Apple and Adjust are simulated until this is stopped (Ctrl+C). In another terminal, before npm start:",
  );
  say();
  for (const [name, value] of Object.entries(demo.env)) {
    say(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
  }
  say();
  say(`Faults of the simulator are switched on at ${demo.controlUrl}/simulator/faults.`);
}

run().catch(fail);
