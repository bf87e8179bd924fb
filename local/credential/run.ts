import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { readConfiguration } from "../../functions/configuration.ts";
import type { VaultConfiguration } from "../../functions/credentials/index.ts";
import type { KeyVaultOptions } from "../../functions/credentials/key-vault.ts";
import { RelayError } from "../../functions/errors.ts";
import { UsageError } from "../usage-error.ts";
import {
  addCredential,
  type CredentialInput,
  checkCredentials,
  listCredentials,
  rotateCredential,
} from "./commands.ts";
import { help } from "./help.ts";
import { openStore } from "./store.ts";
import { readText } from "./value.ts";

/** What the command has to do with the world around it. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  /** What is piped in; undefined where a person sits at the keyboard. */
  stdin: NodeJS.ReadableStream | undefined;
  write(line: string): void;
  writeError(line: string): void;
  /** Constructor arguments of the Key Vault clients, for tests. */
  keyVault?: KeyVaultOptions;
}

const options = {
  vault: { type: "string" },
  name: { type: "string" },
  kind: { type: "string" },
  "key-file": { type: "string" },
  "key-id": { type: "string" },
  "issuer-id": { type: "string" },
  "bundle-ids": { type: "string" },
  "app-apple-ids": { type: "string" },
  "value-file": { type: "string" },
  default: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Command = Exclude<keyof typeof help, "all">;

/**
 * Runs `npm run credential -- …`.
 *
 * @returns the exit code: 0, 1 where something is wrong with a credential or the vault, 2 where it is the command line.
 */
export async function runCredentialCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await run(args, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.writeError(error.message);
      return 2;
    }
    if (error instanceof RelayError) {
      terminal.writeError(`${error.message} ${causeOf(error)}`.trimEnd());
      terminal.writeError(
        "For a Key Vault: sign in with az login; list and check need the role Key Vault Secrets User, add and rotate Key Vault Secrets Officer.",
      );
      return 1;
    }
    throw error;
  }
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (command === undefined) {
    terminal.write(help.all);
    return values.help ? 0 : 2;
  }
  if (!isCommand(command))
    throw new UsageError(`There is no ${JSON.stringify(command)}. Use add, rotate, list or check.`);
  if (values.help) {
    terminal.write(help[command]);
    return 0;
  }
  if (rest.length > 0) {
    // What stands there may be a token that somebody typed: it is not shown.
    throw new UsageError(
      "There is a word too many. A token is never given on the command line; use --value-file.",
    );
  }
  const store = await openStore(placeOf(values.vault, terminal.env), command === "add", terminal.keyVault);
  const print = (lines: readonly string[]) => {
    for (const line of lines) terminal.write(line);
    return 0;
  };
  switch (command) {
    case "add":
      return print(await addCredential(store, inputOf(values, terminal)));
    case "rotate":
      return print(await rotateCredential(store, inputOf(values, terminal)));
    case "list":
      return print(await listCredentials(store));
    case "check": {
      const { ok, lines } = await checkCredentials(store);
      print(lines);
      return ok ? 0 : 1;
    }
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    // Only the message of an unknown option is safe to show: it names the option and not what follows it.
    const option = /^Unknown option '(--?[a-z-]+)/.exec(error instanceof Error ? error.message : "")?.[1];
    throw new UsageError(
      option
        ? `There is no option ${option}. See --help.`
        : "An option lacks its value or has one too many. See --help.",
    );
  }
}

function isCommand(text: string): text is Command {
  return text !== "all" && Object.hasOwn(help, text);
}

/** The same rule for the address of a Key Vault as the relay itself has. */
function placeOf(option: string | undefined, env: Terminal["env"]): VaultConfiguration {
  const place = option ?? (env.LOCAL_VAULT || env.KEY_VAULT_URL || ".local/vault");
  if (!/^https?:\/\//i.test(place)) return { kind: "folder", path: place };
  const checked = readConfiguration({ KEY_VAULT_URL: place });
  if (checked.ok) return checked.configuration.vault;
  throw new UsageError("The address of a Key Vault looks like https://my-vault.vault.azure.net.");
}

function inputOf(values: ReturnType<typeof parse>["values"], terminal: Terminal): CredentialInput {
  const { name, kind } = values;
  if (name === undefined) throw new UsageError("Say which credential it is with --name.");
  const keyFile = values["key-file"];
  const valueFile = values["value-file"];
  const { stdin } = terminal;
  const readValue = valueFile !== undefined ? () => readText(valueFile) : stdin && (() => text(stdin));
  const list = (ids: string | undefined) =>
    ids
      ?.split(",")
      .map((id) => id.trim())
      .filter(Boolean);
  const bundleIds = list(values["bundle-ids"]);
  const appAppleIds = list(values["app-apple-ids"]);
  return {
    name,
    facts: {
      ...(kind !== undefined && { kind }),
      ...(values["key-id"] !== undefined && { keyId: values["key-id"] }),
      ...(values["issuer-id"] !== undefined && { issuerId: values["issuer-id"] }),
      ...(bundleIds && { bundleIds }),
      ...(appAppleIds && { appAppleIds }),
      ...(values.default !== undefined && { isDefault: values.default }),
    },
    ...(keyFile !== undefined && { keyFile }),
    ...(readValue && { readValue }),
  };
}

function causeOf(error: RelayError): string {
  return error.cause instanceof Error ? error.cause.message : "";
}
