import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startTimer } from "../../local/host/timers.ts";
import { testApp } from "./app.ts";

// Nobody listens there: timers ask the account for nothing, and queues wait.
const nowhere =
  "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aaaa;QueueEndpoint=http://127.0.0.1:9/a;";

describe("timer functions", () => {
  it("run at their times, never twice at once, and end with the host", async (t) => {
    const app = await testApp("queues.ts");
    t.after(() => app.remove());
    const told: string[] = [];
    const listen = (message: unknown) => told.push((message as { name: string }).name);
    subscribe("queues", listen);
    t.after(() => unsubscribe("queues", listen));
    const { host } = await app.start({ env: { AzureWebJobsStorage: nowhere } });
    await sleep(3_600);
    await host.close();
    const seen = told.join(", ");
    assert.match(seen, /^AtStart, EverySecond, EverySecond ended(, EverySecond, EverySecond ended)?$/);
    await sleep(1_500);
    assert.equal(told.join(", "), seen, "Nothing runs after the end.");
  });

  it("are not run by themselves where no storage is set, as in Azure, and by hand all the same", async (t) => {
    const app = await testApp("queues.ts");
    t.after(() => app.remove());
    const told: unknown[] = [];
    const listen = (message: unknown) => told.push(message);
    subscribe("queues", listen);
    t.after(() => unsubscribe("queues", listen));
    const { host } = await app.start();
    await sleep(1_100);
    assert.deepEqual(told, []);
    await host.invoke("AtStart", {});
    assert.equal(told.length, 1);
    await host.close();
  });

  it("need six fields", () => {
    const timer = (schedule: string) =>
      startTimer({ schedule, runOnStartup: false, invoke: async () => undefined, failed: () => undefined });
    for (const wrong of ["0 * * * *", "01:00:00", "61 * * * * *", ""])
      assert.throws(() => timer(wrong), wrong);
    return timer("0 17 3 * * *").stop();
  });

  it("survive what their function throws", async () => {
    const failures: unknown[] = [];
    const timer = startTimer({
      schedule: "* * * * * *",
      runOnStartup: true,
      invoke: () => Promise.reject(new Error("of the function")),
      failed: (error) => failures.push(error),
    });
    await sleep(1_500);
    await timer.stop();
    assert.ok(failures.length >= 2);
  });
});
