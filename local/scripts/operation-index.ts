import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { catalogue } from "../../functions/catalogue.ts";
import { entryOf } from "../../functions/operation-entry.ts";

const folder = path.resolve(import.meta.dirname, "../../functions");

/** The statements of the catalogue that import operations. */
const imports = /^import \{([^}]*)\} from "(\.[^"]+)";$/gm;

/**
 * The index of operations as the bundle has it: what registration needs as data, and for each operation the import of the
 * file that it stands in. So esbuild makes a chunk of each such file, and nobody keeps a list of them.
 *
 * @throws Error where an operation is in the catalogue otherwise than by an import of its own name.
 */
async function writeIndex(): Promise<string> {
  const places = new Map<unknown, string>();
  const source = await readFile(path.join(folder, "catalogue.ts"), "utf8");
  for (const [, names = "", file = ""] of source.matchAll(imports)) {
    const module: Record<string, unknown> = await import(pathToFileURL(path.join(folder, file)).href);
    for (const name of names.split(",").map((part) => part.trim())) {
      if (name === "") continue;
      places.set(module[name], `import(${JSON.stringify(file)}).then((file) => file.${name})`);
    }
  }
  const entries = catalogue.map((operation) => {
    const place = places.get(operation);
    if (place === undefined)
      throw new Error(`functions/catalogue.ts does not import ${operation.id} by name.`);
    const { load: _load, ...facts } = entryOf(operation);
    return `{ ...${JSON.stringify(facts)}, load: () => ${place} }`;
  });
  return `export const operationIndex = [\n${entries.join(",\n")}\n];\n`;
}

/** Puts the index that loads operations one by one in place of the one that has them all. */
export const lazyOperations: Plugin = {
  name: "lazy-operations",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]functions[\\/]operation-index\.ts$/ }, async () => ({
      contents: await writeIndex(),
      loader: "js",
      resolveDir: folder,
    }));
  },
};
