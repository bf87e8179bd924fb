/** Calls at once; Key Vault allows thousands in 10 s, and this also runs beside real work. */
const atOnce = 8;

/**
 * Does `work` for the first `max` of `items`, a few at once.
 *
 * @param signal once it is aborted, no further item is begun: nobody waits for the answer any more.
 */
export async function eachOf<Item>(
  items: readonly Item[],
  max: number,
  signal: AbortSignal | undefined,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.slice(0, max).values();
  const worker = async () => {
    for (const item of queue) {
      if (signal?.aborted) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
