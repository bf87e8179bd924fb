/**
 * `npm run simulator`: the demo's simulator by itself, so that a function app in front of it can be killed and started
 * again while what was written to Apple and Adjust stays. `-- <folder>` says where the keys go.
 */
import path from "node:path";
import { startDemo } from "../demo.ts";
import { fail, say } from "../host/run.ts";
import { onEnd } from "../on-end.ts";

async function run(): Promise<void> {
  const demo = await startDemo(path.resolve(process.argv[2] ?? ".local/simulator"));
  // The host takes this port too, unless it is told another one: then the control server is told where events go.
  demo.sendTo(`http://127.0.0.1:${process.env.PORT || 7071}/api`);
  onEnd(() => void demo.close().then(() => process.exit(0), fail));
  say(
    "Apple and Adjust are simulated until this is stopped (Ctrl+C). In another terminal, before npm start:",
  );
  say();
  for (const [name, value] of Object.entries(demo.env)) {
    say(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
  }
  say();
  say(
    `Faults of the simulator are switched on at ${demo.controlUrl}/simulator/faults (docs/local.md says how, and how to have events sent).`,
  );
}

run().catch(fail);
