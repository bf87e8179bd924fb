import { measureEndurance } from "./measures/endurance.ts";
import { type Latency, measureLatency } from "./measures/latency.ts";
import { measureStart } from "./measures/start.ts";
import { measureThroughput } from "./measures/throughput.ts";
import { mebi, say, show, step, table, verdict } from "./print.ts";
import { createRig } from "./rig.ts";
import { ratios, spread } from "./statistics.ts";

/** Measures what a relayed call costs, and prints it. */
export async function reportCalls(): Promise<void> {
  step("bundling");
  const rig = await createRig();
  try {
    const size = Buffer.byteLength(await rig.upstreamAnswer());

    step("throughput");
    const throughput = await measureThroughput(rig);
    const { relay, "bare-undici": undici, "plain-axios": axios } = throughput;
    say(`(a) Reads of ${size} bytes through one host, 16 connections`);
    say();
    table(
      ["app", "reads a second", "processor time of the host a read, µs"],
      Object.entries(throughput).map(([name, { requestsPerSecond, processorMicroseconds }]) => [
        name,
        show(spread(requestsPerSecond), 0),
        show(spread(processorMicroseconds), 0),
      ]),
    );
    const toUndici = ratios(relay.requestsPerSecond, undici.requestsPerSecond);
    const toAxios = ratios(relay.requestsPerSecond, axios.requestsPerSecond);
    table(
      ["ratio of reads a second", "median (lowest–highest round)", "must be", ""],
      [
        ["relay : bare undici", show(toUndici, 2), "≥ 0.9", verdict(toUndici.median >= 0.9)],
        ["relay : plain axios", show(toAxios, 2), "≥ 1.5", verdict(toAxios.median >= 1.5)],
      ],
    );

    step("latency");
    const { direct, bare, relayed } = await measureLatency(rig);
    const added = (above: Latency, below: Latency, which: keyof Latency) =>
      show(spread(above[which].map((value, index) => value - (below[which][index] ?? Number.NaN))), 2);
    const times = ({ median, p99 }: Latency) => [show(spread(median), 2), show(spread(p99), 2)];
    say("(b) A read at one connection, ms");
    say();
    table(
      ["", "median", "p99"],
      [
        ["direct", ...times(direct)],
        ["through the bare handler with undici", ...times(bare)],
        ["relayed", ...times(relayed)],
        ["added to direct", added(relayed, direct, "median"), added(relayed, direct, "p99")],
        ["added to the bare handler", added(relayed, bare, "median"), added(relayed, bare, "p99")],
      ],
    );

    step("start");
    const start = await measureStart(rig);
    say("(c) Process start to first answer, ms");
    say();
    const toHello = ratios(start.relay, start.hello);
    table(
      ["", "time"],
      [
        ["Node alone, doing nothing", show(spread(start.node), 0)],
        ["hello-world app", show(spread(start.hello), 0)],
        ["relay, first answer a relayed read", show(spread(start.relay), 0)],
        ["ratio relay : hello world", show(toHello, 2)],
        ["must be ≤ 1.5", verdict(toHello.median <= 1.5)],
      ],
    );

    step("endurance");
    const { tokens, memory } = await measureEndurance(rig);
    say("(d) 100,000 calls of one process");
    say();
    table(
      ["", ""],
      [
        ["tokens minted for the first 10,000 calls", String(tokens)],
        [
          "heap in use after each 10,000 calls, MiB",
          memory.map(({ heapBytes }) => mebi(heapBytes)).join(", "),
        ],
        [
          "resident after each 10,000 calls, MiB",
          memory.map(({ residentBytes }) => mebi(residentBytes)).join(", "),
        ],
      ],
    );
  } finally {
    await rig.close();
  }
}
