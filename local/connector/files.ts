import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { PNG } from "pngjs";
import type { Operation } from "../../functions/operation.ts";
import { replaceBlock } from "./blocks.ts";
import { definition } from "./definition.ts";
import { facts } from "./facts.ts";
import { drawIcon, sameIcon } from "./icon.ts";
import { apiProperties } from "./properties.ts";
import { operationSections, operationsTable } from "./tables.ts";

/** A file that follows from the operations. */
export interface GeneratedFile {
  /** Relative to the root of the project. */
  name: string;
  /** Whether this content needs no writing. */
  isCurrent(content: Buffer | undefined): boolean;
  /** The content, made from what is there. */
  make(content: Buffer | undefined): Buffer;
}

/** Every checked-in file of the connector that is generated, as a whole or in a block. */
export function generatedFiles(catalogue: readonly Operation[]): GeneratedFile[] {
  const swagger = definition(catalogue, { host: facts.reservedHost });
  return [
    json("connector/apiDefinition.swagger.json", swagger),
    json("connector/apiProperties.json", apiProperties(catalogue)),
    icon("connector/icon.png"),
    block("connector/README.md", "operations", operationSections(swagger), true),
    block("README.md", "operations", operationsTable(catalogue), false),
  ];
}

/** The files of a connector that calls one host only, for Logic Apps and for the wizard of the portal. */
export function fixedHostFiles(catalogue: readonly Operation[], host: string): GeneratedFile[] {
  return [
    json("apiDefinition.swagger.json", definition(catalogue, { host, fixedHost: true })),
    json("apiProperties.json", apiProperties(catalogue, { fixedHost: true })),
    icon("icon.png"),
  ];
}

/** Names of the files that are missing or not current. */
export async function staleFiles(root: string, files: readonly GeneratedFile[]): Promise<string[]> {
  const stale = await Promise.all(
    files.map(async (file) => (file.isCurrent(await contentOf(root, file)) ? [] : [file.name])),
  );
  return stale.flat();
}

/** Writes the files that are not current and answers their names. */
export async function writeFiles(root: string, files: readonly GeneratedFile[]): Promise<string[]> {
  const written: string[] = [];
  for (const file of files) {
    const content = await contentOf(root, file);
    if (file.isCurrent(content)) continue;
    const target = path.join(root, file.name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.make(content));
    written.push(file.name);
  }
  return written;
}

/** JSON as it is checked in. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function contentOf(root: string, { name }: GeneratedFile): Promise<Buffer | undefined> {
  try {
    return await readFile(path.join(root, name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function json(name: string, value: unknown): GeneratedFile {
  const text = Buffer.from(jsonText(value));
  return { name, isCurrent: (content) => content?.equals(text) ?? false, make: () => text };
}

function icon(name: string): GeneratedFile {
  const picture = drawIcon();
  return {
    name,
    // Pixels, not bytes: another zlib packs the same picture differently.
    isCurrent: (content) => content !== undefined && sameIcon(content, picture),
    make: () => PNG.sync.write(picture, { colorType: 2 }),
  };
}

/** @param needed whether a file without the block is an error; else it is left alone. */
function block(name: string, marker: string, text: string, needed: boolean): GeneratedFile {
  const make = (content: Buffer | undefined) => replaceBlock(content?.toString("utf8") ?? "", marker, text);
  return {
    name,
    isCurrent: (content) => {
      const made = make(content);
      return made === undefined ? !needed : content?.equals(Buffer.from(made)) === true;
    },
    make: (content) => {
      const made = make(content);
      if (made === undefined)
        throw new Error(`${name} has no lines <!-- ${marker} --> and <!-- /${marker} -->.`);
      return Buffer.from(made);
    },
  };
}
