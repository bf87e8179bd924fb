/**
 * Run by identity.test.ts as a process of its own, since trust in a certificate of a test's making (NODE_EXTRA_CA_CERTS)
 * is set when a process starts. Writes and reads with the managed identity and prints what it found.
 */
import { openStorage } from "../../functions/storage/open-storage.ts";

const [blob = "", queue = "", table = ""] = process.argv.slice(2);
const storage = openStorage({ kind: "identity", blob, queue, table, clientId: undefined });

const found: unknown[] = [];
try {
  const things = storage.table("identity");
  found.push(await things.insert({ partition: "p", row: "r", fields: { by: "identity" } }));
  found.push((await things.read("p", "r"))?.fields);
  await storage.blobs("identity").write("a.json", "[1]");
  found.push(await storage.blobs("identity").read("a.json"));
  await storage.queue("identity").send("hello");
  found.push("sent");
} catch (error) {
  const { code, hint, cause } = Object(error);
  found.push({ code, hint, cause: String(cause) });
}
console.log(JSON.stringify(found));
