/**
 * Replaces what stands between `<!-- name -->` and `<!-- /name -->` in a Markdown file.
 *
 * @returns the new text; undefined when the file has no such block.
 */
export function replaceBlock(markdown: string, name: string, content: string): string | undefined {
  const start = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const from = markdown.indexOf(start);
  const to = markdown.indexOf(end, from);
  if (from < 0 || to < 0) return undefined;
  return `${markdown.slice(0, from + start.length)}\n\n${content}\n\n${markdown.slice(to)}`;
}
