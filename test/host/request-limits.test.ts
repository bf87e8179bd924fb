import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { limitedBody, limits } from "../../local/host/request-limits.ts";

describe("limitedBody", () => {
  const mebibyte = Buffer.alloc(1024 * 1024);

  async function read(count: number, extra = 0): Promise<number> {
    async function* chunks() {
      for (let index = 0; index < count; index++) {
        yield mebibyte;
      }
      yield Buffer.alloc(extra);
    }
    let bytes = 0;
    for await (const chunk of limitedBody(chunks())) {
      bytes += chunk.length;
    }
    return bytes;
  }

  it("passes 100 MiB", async () => assert.equal(await read(100), limits.bodyBytes));
  it("fails at the first byte more", () => assert.rejects(read(100, 1), /larger than 100 MiB/));
});
