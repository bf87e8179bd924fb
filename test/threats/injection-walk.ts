import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { catalogue } from "../../functions/catalogue.ts";
import { hostileText, seed, toFacts } from "../support/catalogue.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { assertFits, findTargets, recordingClient, type Target } from "../support/upstream-url.ts";

/** Texts in total, over every parameter of every operation. */
const allTexts = 200_000;

/** Test files that share the work, so that it is done on several processors. */
const parts = 2;

// The transport is replaced here: the claim ends at the URL that is handed to it, and 200,000 real calls would take
// minutes. injection-host.test.ts sends through the real host and the real transport.
/** The tests of one part of the operations. @param part from 0. */
export function walkInjection(part: number): void {
  describe(`no parameter changes where a call goes, part ${part + 1} of ${parts}`, () => tests(part));
}

function tests(part: number): void {
  const total = allTexts / parts;
  const own = catalogue.filter((_operation, index) => index % parts === part);
  const { client, attempts } = recordingClient();
  let relay: Relay;
  let origins: string[];
  const targets: Target[] = [];

  before(async () => {
    relay = await startRelay({ client, unlimited: true });
    origins = Object.values(relay.services.configuration.origins);
    for (const operation of own) {
      targets.push(
        ...(await findTargets(
          operation,
          (facts) => relay.call(operation.id, facts),
          () => attempts.map(({ url }) => url),
        )),
      );
    }
  });
  after(() => relay.close());

  it("attacks every operation that has a parameter", () => {
    const attacked = new Set(targets.map(({ operation }) => operation.id));
    const without = own.filter(({ id }) => !attacked.has(id)).map(({ id }) => id);
    const none = [
      "TestConnection",
      "LookUpAppStoreConnectEventTypes",
      "LookUpJobs",
      "LookUpEventSubscriptions",
      "LookUpBundleIds",
    ].filter((name) => own.some(({ id }) => id === name));
    assert.deepEqual(without, none, "operations without parameters");
    const inPath = targets.filter(({ spot }) => spot.path.length > 0).length;
    const inQuery = targets.filter(({ spot }) => spot.query.length > 0).length;
    assert.ok(
      inPath >= 5 && inQuery >= 10,
      `only ${inPath} in paths, ${inQuery} in queries: the learning is blind`,
    );
  });

  it("keeps origin and path for 100,000 generated texts, or answers 400 without a call", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const runs = Math.ceil(total / targets.length);
    let accepted = 0;
    let refused = 0;
    for (const target of targets) {
      const { operation, parameter, values } = target;
      const method = operation.methods[seed % operation.methods.length];
      await fc.assert(
        fc.asyncProperty(hostileText(parameter), hostileText(parameter), async (text, other) => {
          // What a query cannot carry does not arrive: halves of characters become U+FFFD on the way.
          const arrives = parameter.place === "query" ? text.toWellFormed() : text;
          const value = target.spot.query === "pairs" ? { [text]: other } : arrives;
          attempts.length = 0;
          relay.log.length = 0;
          const facts = toFacts(operation, new Map([...values, [parameter.name, value]]));
          const answer = await relay.call(operation.id, method === undefined ? facts : { ...facts, method });
          // 422 is for what nobody signed.
          if ([400, 422].includes(answer.status)) {
            refused += 1;
            assert.equal(attempts.length, 0, "refused, and sent all the same");
            return;
          }
          accepted += 1;
          // Work goes on after the answer; where the calls of jobs go is looked at beside their other tests.
          const queued = answer.status === 202 && operation.kind === "typed" && operation.longRunning;
          assert.ok(
            queued || [200, 201, 404].includes(answer.status),
            `${operation.id} answered ${answer.text} ${relay.log.at(-1)} ${parameter.name}`,
          );
          if (target.url) assert.ok(attempts.length > 0, "answered without a call");
          for (const { url } of attempts) assertFits(target, value, url, origins);
        }),
        { seed, numRuns: runs, includeErrorInReport: true },
      );
    }
    t.diagnostic(`${accepted} accepted, ${refused} refused, ${targets.length} parameters`);
    assert.ok(accepted + refused >= total);
    assert.ok(accepted > total / 100 && refused > total / 10, "one side was hardly met");
  });
}
