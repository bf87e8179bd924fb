import { runCredentialCommand } from "./credential/run.ts";

process.exitCode = await runCredentialCommand(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin.isTTY ? undefined : process.stdin,
  write: (line) => void process.stdout.write(`${line}\n`),
  writeError: (line) => void process.stderr.write(`${line}\n`),
});
