import { Client } from "undici";

/** One run of the load generator: every connection sends its next request as soon as it has its answer. */
export interface LoadOrder {
  origin: string;
  path: string;
  headers: Record<string, string>;
  connections: number;
  /** It ends at whichever comes first. */
  maxRequests: number;
  maxMs: number;
}

/** What came of it. Times in milliseconds. */
export interface LoadResult {
  requests: number;
  /** Answers other than 200, of another length than the first, and broken connections. */
  failures: number;
  elapsedMs: number;
  medianMs: number;
  p99Ms: number;
}

async function run({ origin, path, headers, ...bounds }: LoadOrder): Promise<LoadResult> {
  const times: number[] = [];
  let failures = 0;
  let length = -1;
  let sent = 0;
  const start = performance.now();

  const once = (client: Client) =>
    new Promise<void>((resolve) => {
      const began = performance.now();
      let status = 0;
      let size = 0;
      const finish = (whole: boolean) => {
        times.push(performance.now() - began);
        if (length < 0) length = size;
        if (!whole || status !== 200 || size !== length) failures += 1;
        resolve();
      };
      client.dispatch(
        { method: "GET", path, headers },
        {
          onRequestStart() {},
          onResponseStart(_controller, statusCode) {
            status = statusCode;
          },
          onResponseData(_controller, chunk) {
            size += chunk.length;
          },
          onResponseEnd: () => finish(true),
          onResponseError: () => finish(false),
        },
      );
    });

  async function work(): Promise<void> {
    const client = new Client(origin, { pipelining: 1 });
    while (sent < bounds.maxRequests && performance.now() - start < bounds.maxMs) {
      sent += 1;
      await once(client);
    }
    await client.close();
  }

  await Promise.all(Array.from({ length: bounds.connections }, work));
  const elapsedMs = performance.now() - start;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { requests: times.length, failures, elapsedMs, medianMs: at(0.5), p99Ms: at(0.99) };
}

process.on("message", (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.({});
