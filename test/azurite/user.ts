/** A process that uses Azurite as a host does: `user.ts shared|owned <folder>`. Ends in order on SIGTERM. */
import { startAzurite } from "../../local/azurite/index.ts";

const [mode, folder] = process.argv.slice(2);
const azurite = await startAzurite({ ...(folder && { folder }), owned: mode === "owned" });
process.once("SIGTERM", () => azurite.stop().then(() => process.exit(0)));
setInterval(() => {}, 60_000);
console.log(JSON.stringify({ pid: azurite.pid, connectionString: azurite.connectionString }));
