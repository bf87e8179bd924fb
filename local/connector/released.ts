import type { Definition } from "./swagger.ts";

/** The definition that was last given to makers. There is none before the first release. */
export const releasedName = "connector/released/apiDefinition.swagger.json";

/** Reads the released definition; undefined before the first release. @param read reads a file of the project. */
export async function readReleased(read: (name: string) => Promise<string>): Promise<Definition | undefined> {
  let text: string;
  try {
    text = await read(releasedName);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  // Written by this project's own command from the same type.
  return JSON.parse(text) as Definition;
}
