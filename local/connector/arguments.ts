import { parseArgs } from "node:util";

/** What `npm run connector` was asked to do, or the sentence that says what is wrong with the question. */
export type Wish =
  | { do: "write" }
  | { do: "check" }
  | { do: "release" }
  | { do: "fixed-host"; host: string; out: string }
  | { do: "help"; sentence?: string };

/** Help of the command. */
export const usage = `Writes the connector from the operations.

  npm run connector                        writes the files in connector/ and the tables of the READMEs
  npm run connector -- --check             writes nothing; exit code 1 when a file is not current
  npm run connector -- --host NAME         writes a connector for one host only into connector/out/,
                                           for Logic Apps and for the wizard of the portal
  npm run connector -- --host NAME --out DIR
  npm run connector -- --release           remembers the definition as released: from then on,
                                           a change that would break a flow is refused`;

/** Reads the arguments. */
export function readArguments(args: readonly string[]): Wish {
  let values: { check?: boolean; release?: boolean; help?: boolean; host?: string; out?: string };
  try {
    values = parseArgs({
      args: [...args],
      options: {
        check: { type: "boolean" },
        release: { type: "boolean" },
        help: { type: "boolean" },
        host: { type: "string" },
        out: { type: "string" },
      },
    }).values;
  } catch (error) {
    return { do: "help", sentence: error instanceof Error ? error.message : "The arguments cannot be read." };
  }
  const { check, release, help, host, out } = values;
  if (help) return { do: "help" };
  if ([check, release, host !== undefined].filter(Boolean).length > 1) {
    return { do: "help", sentence: "Give one of --check, --release and --host." };
  }
  if (out !== undefined && host === undefined) {
    return { do: "help", sentence: "--out goes with --host: the other files have their place." };
  }
  if (check) return { do: "check" };
  if (release) return { do: "release" };
  if (host === undefined) return { do: "write" };
  const problem = hostProblem(host);
  return problem === undefined
    ? { do: "fixed-host", host: host.toLowerCase(), out: out ?? "connector/out" }
    : { do: "help", sentence: problem };
}

/** What is wrong with a host name; undefined when nothing is. */
export function hostProblem(host: string): string | undefined {
  const wrong = (why: string) => `--host must be a host name such as my-relay.azurewebsites.net: ${why}.`;
  if (host.includes("://")) return wrong("leave the scheme out");
  if (/[/?#\\]/.test(host)) return wrong("leave the path out");
  if (host.includes("@")) return wrong("leave the user out");
  if (/:\d*$/.test(host)) return wrong("leave the port out, the connector uses 443");
  // Labels of RFC 1123, and 253 characters in all. The last label has a letter, so that no IP address passes.
  const label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const isName = host.length <= 253 && new RegExp(`^(${label}\\.)+(?=[0-9-]*[A-Za-z])${label}$`).test(host);
  return isName ? undefined : wrong(`${JSON.stringify(host)} is none`);
}
