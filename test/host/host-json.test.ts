import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { hostSettings } from "../../local/host/host-json.ts";

const root = path.resolve(import.meta.dirname, "../..");
const json = async (name: string) => JSON.parse(await readFile(path.join(root, name), "utf8"));

describe("host.json", async () => {
  const host = await json("host.json");

  it("keeps keys and tokens out of the host's own telemetry", () => {
    // With HTTP streams the host forwards each request, query and all, to the worker: neither that dependency nor the
    // request's own trace may be written down.
    const { logLevel, applicationInsights } = host.logging;
    assert.equal(applicationInsights.enableDependencyTracking, false);
    assert.equal(applicationInsights.enableQueryStringTracing, false);
    assert.equal(logLevel["Microsoft.AspNetCore.Hosting.Diagnostics"], "None");
    // A more specific category would win over the one above, and none may be more talkative than Information.
    for (const [category, level] of Object.entries(logLevel)) {
      assert.ok(!category.startsWith("Microsoft.AspNetCore.Hosting.Diagnostics."), category);
      assert.ok(["Information", "Warning", "Error", "Critical", "None"].includes(String(level)), category);
    }
    assert.deepEqual(Object.keys(host.logging).sort(), ["applicationInsights", "logLevel"]);
  });

  it("samples, but keeps every request and exception", () => {
    const { samplingSettings } = host.logging.applicationInsights;
    assert.equal(samplingSettings.isEnabled, true);
    assert.equal(samplingSettings.excludedTypes, "Request;Exception");
  });

  it("serves under /api, over TLS only, and forbids content sniffing", () => {
    const { http } = host.extensions;
    assert.equal(http.routePrefix, "api");
    assert.equal(http.hsts.isEnabled, true);
    assert.equal(http.customHeaders["X-Content-Type-Options"], "nosniff");
    assert.ok(http.maxOutstandingRequests > 0);
  });

  it("expects queue messages as plain text", () => {
    assert.equal(host.extensions.queues.messageEncoding, "none");
    assert.equal(host.extensions.queues.maxDequeueCount, 5);
  });

  it("uses the v4 runtime's extension bundle and a timeout that every plan allows", () => {
    assert.equal(host.version, "2.0");
    assert.equal(host.extensionBundle.id, "Microsoft.Azure.Functions.ExtensionBundle");
    assert.equal(host.extensionBundle.version, "[4.*, 5.0.0)");
    assert.equal(host.functionTimeout, "00:10:00");
  });
});

describe("local.settings.sample.json", () => {
  it("holds no secret and a development environment", async () => {
    const { IsEncrypted, Values } = await json("local.settings.sample.json");
    assert.equal(IsEncrypted, false);
    assert.deepEqual(Values, {
      FUNCTIONS_WORKER_RUNTIME: "node",
      AZURE_FUNCTIONS_ENVIRONMENT: "Development",
      AzureWebJobsStorage: "UseDevelopmentStorage=true",
      LOCAL_VAULT: ".local/vault",
      APPLE_OCSP: "off",
      INTERACTIVE_SHARE: "15",
      PRICE_MAX_ITEMS: "10000",
      PRICE_MAX_CHANGE_PERCENT: "",
      EVENT_RETENTION_DAYS: "90",
      BACKFILL_HOURS: "24",
      CALLBACK_HOSTS: "",
    });
  });
});

describe("hostSettings", () => {
  it("has the Functions host's defaults", () => {
    for (const empty of [
      {},
      null,
      { extensions: {} },
      { extensions: { http: { maxOutstandingRequests: -1 } } },
    ]) {
      assert.deepEqual(hostSettings(empty), {
        routePrefix: "api",
        maxOutstandingRequests: Number.POSITIVE_INFINITY,
        customHeaders: {},
        queues: {
          batchSize: 16,
          newBatchThreshold: 8,
          maxDequeueCount: 5,
          retrySeconds: 0,
          maxPollingMs: 60_000,
          messageEncoding: "base64",
        },
      });
    }
  });

  it("reads what it says about queues", () => {
    const queues = {
      batchSize: 4,
      maxDequeueCount: 3,
      visibilityTimeout: "00:01:30",
      maxPollingInterval: "00:00:00.5",
      messageEncoding: "none",
    };
    assert.deepEqual(hostSettings({ extensions: { queues } }).queues, {
      batchSize: 4,
      newBatchThreshold: 2,
      maxDequeueCount: 3,
      retrySeconds: 90,
      maxPollingMs: 500,
      messageEncoding: "none",
    });
    assert.equal(hostSettings({ extensions: { queues: { batchSize: 99 } } }).queues.batchSize, 32);
  });
});
