import { randomUUID } from "node:crypto";
import { allowQuery, bodyOf, type ServerContext, type ServerRoute } from "./context.ts";
import { refuse } from "./errors.ts";

/** What Apple says of every test. */
const config = {
  maxConcurrentRequests: 10,
  totalRequests: 100,
  totalDuration: 60_000,
  responseTimeThreshold: 700,
  successRateThreshold: 99,
};

/** Tests of the address for retention messages. Nothing is called: a test passes once it was asked about. */
export function performanceTestRoutes(context: ServerContext): ServerRoute[] {
  const tests = () => context.environment().writes.retention.performanceTests;
  return [
    {
      method: "POST",
      path: "/inApps/v1/messaging/performanceTest",
      perSecond: 50,
      handle: (call, _parameters, { bundleId }) => {
        allowQuery(call, []);
        const { originalTransactionId } = bodyOf(call, ["originalTransactionId"]);
        const { transactions, writes } = context.environment();
        const known = transactions.some(
          (one) => one.bundleId === bundleId && one.originalTransactionId === originalTransactionId,
        );
        if (!known) throw refuse(4000211);
        const target = writes.realtimeUrls.get(bundleId);
        if (target === undefined) throw refuse(4040021);
        const running = [...tests().values()].some((test) => test.bundleId === bundleId && test.asked === 0);
        if (running) throw refuse(4000213);
        const requestId = randomUUID();
        tests().set(requestId, { bundleId, target, asked: 0 });
        return { status: 200, json: { requestId, config } };
      },
    },
    {
      method: "GET",
      path: "/inApps/v1/messaging/performanceTest/result/{requestId}",
      perSecond: 50,
      handle: (call, { requestId = "" }, { bundleId }) => {
        allowQuery(call, []);
        if (!/^[0-9a-f-]{36}$/.test(requestId)) throw refuse(4000212);
        const test = tests().get(requestId);
        if (test === undefined || test.bundleId !== bundleId) throw refuse(4040018);
        const ended = test.asked > 0;
        test.asked += 1;
        const { target } = test;
        const now = ended
          ? {
              result: "PASS",
              successRate: 99,
              numPending: 0,
              responseTimes: { average: 120, p50: 110, p90: 180, p95: 210, p99: 640 },
              failures: { TIMED_OUT: 1 },
            }
          : {
              result: "PENDING",
              successRate: 0,
              numPending: 100,
              responseTimes: { average: 0, p50: 0, p90: 0, p95: 0, p99: 0 },
              failures: {},
            };
        return { status: 200, json: { config, target, ...now } };
      },
    },
  ];
}
