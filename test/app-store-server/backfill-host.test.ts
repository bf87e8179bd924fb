import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startTestAzurite } from "../support/azurite.ts";
import { settingsOf, startFunctionApp } from "../support/function-app.ts";
import { startRelay } from "../support/relay.ts";
import { bundleId } from "./backfill-support.ts";

describe("BackfillEvents in the host", () => {
  it("brings in what was missed, and is not there where it is switched off or nothing can be kept", async () => {
    const azurite = await startTestAzurite();
    try {
      await using relay = await startRelay();
      const wish = { environment: "production", bundleId, type: "REFUND", lost: true } as const;
      const [sent] = await relay.simulator.notifications.send({ ...wish, at: Date.now() - 60_000 });
      const settings = { ...settingsOf(relay), AzureWebJobsStorage: azurite.connectionString };
      await using app = await startFunctionApp({ ...settings, BACKFILL_HOURS: "1" });
      await app.host.invoke("BackfillEvents", {});
      const answer = await app.fetch(`/events/app-store-server/${sent?.notificationUUID}`);
      assert.equal(answer.status, 200, await answer.clone().text());
      assert.equal(Object(await answer.json()).type, "REFUND");
      const reports = app.lines.filter((line) => line.includes("looks"));
      assert.ok(
        reports.some((line) => /\\?"new\\?":1\b/.test(line)),
        app.lines.join("\n"),
      );

      await using off = await startFunctionApp(settings);
      await using nowhere = await startFunctionApp({ ...settingsOf(relay), BACKFILL_HOURS: "1" });
      for (const { host } of [off, nowhere]) {
        assert.ok(!host.functions.some(({ name }) => name === "BackfillEvents"));
      }
    } finally {
      await azurite.stop();
    }
  });
});
