import { readFile } from "node:fs/promises";

/**
 * The settings of `local.settings.json`, the file in which Azure Functions Core Tools keep them. None when there is no
 * such file.
 *
 * @throws Error with a sentence when the file cannot be used.
 */
export async function readLocalSettings(file: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
  let values: unknown;
  try {
    const settings: unknown = JSON.parse(text);
    values = typeof settings === "object" && settings !== null && "Values" in settings ? settings.Values : {};
  } catch (cause) {
    throw new Error("local.settings.json is not valid JSON: correct it, or delete it.", { cause });
  }
  if (typeof values !== "object" || values === null)
    throw new Error("Values of local.settings.json must be an object.");
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}
