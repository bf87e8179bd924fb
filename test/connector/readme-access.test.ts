/** The README's answer to "Does this customer have access?" is what the relay answers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startRelay } from "../support/relay.ts";
import { connector } from "./support.ts";

const { readme } = connector();
const [, section = ""] = /^### Does this customer have access\?\n([\s\S]*?)^### /m.exec(readme) ?? [];
const shown = [...section.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => JSON.parse(text));

/** Holds what is shown against what came: the same but for times, which hang on the day. */
function assertShown(example: unknown, answer: unknown, where: string): void {
  if (typeof example === "object" && example !== null) {
    for (const [name, value] of Object.entries(example)) {
      assertShown(value, Object(answer)[name], `${where}.${name}`);
    }
    return;
  }
  if (!where.endsWith("Date")) assert.deepEqual(answer, example, where);
  else for (const time of [example, answer]) assert.equal(new Date(String(time)).toISOString(), time, where);
}

describe("the access of a customer in the README", () => {
  test("is what the demo answers", async () => {
    await using relay = await startRelay();
    const [, transactionId] = /^ID=(\d+)$/m.exec(section) ?? [];
    const [, bundleId] = /bundleId=([\w.]+)"/.exec(section) ?? [];
    const { json } = await relay.call("GetSubscriptionStatuses", { input: { transactionId, bundleId } });
    const example = shown.find(({ value }) => value) ?? assert.fail();
    assert.equal(Object(json).value.length, example.value.length);
    assertShown(example, json, "answer");
  });

  test("is kept by the filter of both flows, and of nobody else", async () => {
    await using relay = await startRelay();
    const filters = shown.flatMap(({ definition, properties }) => {
      const { actions } = definition ?? properties?.definition ?? {};
      return actions?.Keep_what_gives_access.inputs.where ?? [];
    });
    assert.equal(filters.length, 2);
    for (const filter of filters) {
      const [, field = ""] = /^@equals\(item\(\)\?\['(\w+)'\], true\)$/.exec(filter) ?? [];
      const kept: boolean[] = [];
      for (const status of [1, 2, 3, 4, 5]) {
        const input = { transactionId: `310000000000${status}01`, bundleId: "com.example.stillwater" };
        const { json } = await relay.call("GetSubscriptionStatuses", { input });
        kept.push(
          Object(json).value.filter((row: Record<string, unknown>) => row[field] === true).length > 0,
        );
      }
      assert.deepEqual(kept, [true, false, false, true, false]);
    }
  });
});
