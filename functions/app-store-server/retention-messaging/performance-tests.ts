import * as Type from "typebox";
import { conform } from "../../conform.ts";
import { originalTransactionId } from "../../fields.ts";
import { isObject } from "../../json.ts";
import { group, integer, list, number, text, words } from "../../schema.ts";
import { path } from "../../upstream/path.ts";
import { appStoreServerOperation } from "../operation.ts";

const count = (summary: string, description: string) => Type.Optional(integer(summary, description));
const milliseconds = (summary: string, description: string) => Type.Optional(number(summary, description));

const config = Type.Optional(
  Type.Object(
    {
      maxConcurrentRequests: count("Requests at once", "Requests that are made at the same time, at most."),
      totalRequests: count("Total requests", "Requests that are made in all."),
      totalDuration: milliseconds("Total duration", "How long the test takes, in milliseconds."),
      responseTimeThreshold: milliseconds(
        "Response time threshold",
        "How long an answer may take, in milliseconds.",
      ),
      successRateThreshold: milliseconds("Success rate threshold", "Percent that have to succeed."),
    },
    {
      title: "Performance test config",
      "x-ms-summary": "Config",
      description: "What the test does and asks for.",
    },
  ),
);

const started = {
  requestId: Type.Optional(words("Request ID", "ID of the test, to get its result.")),
  config,
};

export const startPerformanceTest = appStoreServerOperation({
  id: "StartPerformanceTest",
  summary: "Start a performance test of the retention messaging URL",
  description:
    "Has Apple try how fast and how reliably the retention messaging URL answers. Production takes a URL only after a test that passed.",
  method: "POST",
  route: "app-store-server/retention-messaging/performance-tests",
  visibility: "advanced",
  input: { originalTransactionId },
  title: "Started performance test",
  output: started,
  async run({ originalTransactionId }, server) {
    const { environment, body } = await server.ask({
      method: "POST",
      path: path`/inApps/v1/messaging/performanceTest`,
      json: { originalTransactionId },
    });
    return { ...conform(Type.Object(started), body), environment };
  },
});

const result = {
  config,
  target: Type.Optional(words("Target", "The URL that was tried.")),
  result: Type.Optional(words("Result", "PENDING while the test runs, then PASS or FAIL.")),
  successRate: Type.Optional(number("Success rate", "Percent that succeeded.")),
  numPending: count("Pending", "Requests that are not answered yet."),
  responseTimes: Type.Optional(
    group("Response times", "How long answers took, in milliseconds.", {
      average: milliseconds("Average", "The average."),
      p50: milliseconds("P50", "Half of them took no longer."),
      p90: milliseconds("P90", "90 percent took no longer."),
      p95: milliseconds("P95", "95 percent took no longer."),
      p99: milliseconds("P99", "99 percent took no longer."),
    }),
  ),
  failures: list(
    "Failures",
    "Why requests failed, a row for each reason.",
    Type.Object(
      {
        sendAttemptResult: words("Reason", "Why, such as TIMED_OUT or NO_RESPONSE."),
        count: integer("Count", "How many requests."),
      },
      { title: "Failure of a performance test" },
    ),
  ),
};

export const getPerformanceTest = appStoreServerOperation({
  id: "GetPerformanceTest",
  summary: "Get the result of a performance test",
  description: "Gets how the retention messaging URL did in a test, also while it runs.",
  method: "GET",
  route: "app-store-server/retention-messaging/performance-tests/{requestId}",
  visibility: "advanced",
  input: {
    requestId: text("Request ID", "ID of the test, as the action that started it answered it.", {
      pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
      form: "the ID of a performance test",
      visibility: "important",
    }),
  },
  title: "Performance test",
  output: result,
  async run({ requestId }, server) {
    const { environment, body } = await server.ask({
      method: "GET",
      path: path`/inApps/v1/messaging/performanceTest/result/${requestId}`,
    });
    // Apple answers a count by reason, whose names no flow could know beforehand.
    const failures = Object.entries(isObject(body.failures) ? body.failures : {}).flatMap(
      ([sendAttemptResult, count]) => (typeof count === "number" ? [{ sendAttemptResult, count }] : []),
    );
    return { ...conform(Type.Object(result), { ...body, failures }), environment };
  },
});
