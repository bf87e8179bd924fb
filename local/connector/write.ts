/** The command `npm run connector`: writes what follows from the operations, or says that it is not current. */
import path from "node:path";
import { catalogue } from "../../functions/catalogue.ts";
import { readArguments } from "./arguments.ts";
import { runCommand } from "./command.ts";

process.exitCode = await runCommand(readArguments(process.argv.slice(2)), {
  root: path.resolve(import.meta.dirname, "../.."),
  catalogue,
  say: console.log,
  complain: console.error,
});
