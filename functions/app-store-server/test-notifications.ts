import * as Type from "typebox";
import { RelayError } from "../errors.ts";
import { bundleId } from "../fields.ts";
import { choice, flag, text, words } from "../schema.ts";
import type { Scope } from "../scope.ts";
import { malformed } from "../upstream/body.ts";
import { path } from "../upstream/path.ts";
import { failureError } from "../upstream/refusal.ts";
import { waitFor } from "../waits/wait.ts";
import { type AppStoreServer, openAppStoreServer } from "./client.ts";
import { chooseForApp } from "./credential.ts";
import { type Environment, environmentOrigins } from "./environment.ts";
import { appStoreServerOperation } from "./operation.ts";
import { hasArrived, readSendAttempts, sendAttempts } from "./send-attempts.ts";

/** What became of a test notification. */
const fate = {
  arrived: flag(
    "Arrived",
    "Whether the notification reached the server whose address App Store Connect has.",
  ),
  message: words("Message", "What became of it, in a sentence."),
  sendAttempts,
};

/** Apple's code while there is no status yet, and once it has forgotten the test. */
const noStatus = "4040008";

/** @returns undefined while Apple has not tried. */
async function readFate(server: AppStoreServer, testNotificationToken: string) {
  try {
    const { environment, body } = await server.ask({
      method: "GET",
      path: path`/inApps/v1/notifications/test/${testNotificationToken}`,
      perSecond: 1,
    });
    const attempts = readSendAttempts(body.sendAttempts);
    const last = attempts.at(-1);
    if (last === undefined) return undefined;
    const arrived = hasArrived(attempts);
    const message = arrived
      ? "The notification arrived."
      : `Apple could not deliver the notification. ${last.sendAttemptResultText}`;
    return { environment, arrived, message, sendAttempts: attempts };
  } catch (error) {
    if (error instanceof RelayError && error.upstream?.code === noStatus) return undefined;
    throw error;
  }
}

/** The sandbox answers one call in ten seconds. Source: Apple, "Identifying rate limits". */
const everySeconds = 10;

const wait = waitFor({
  id: "GetTestNotificationResult",
  summary: "Get the result of a test notification",
  description:
    "Answers whoever waits for a test notification: 202 until Apple has tried to deliver it, then how that went.",
  route: "app-store-server/notifications/test/{testNotificationToken}/result",
  input: {
    testNotificationToken: text("Test notification token", "Token of the test, as Apple gave it out.", {
      pattern: "^[A-Za-z0-9_-]{1,200}$",
      form: "a token of a test: letters, digits, hyphens and underscores",
    }),
    bundleId,
    environment: choice("Environment", "Environment that was asked.", ["Production", "Sandbox"]),
  },
  output: Type.Object(
    { environment: words("Environment", "The environment that answered, Production or Sandbox."), ...fate },
    { title: "Test notification" },
  ),
  // Apple tries within seconds. What has no status after an hour gets none.
  lifeMs: 60 * 60_000,
  everySeconds: () => everySeconds,
  choose: async ({ bundleId }, scope) =>
    (await chooseForApp(scope, scope.credentialName, bundleId)).credential,
  async look({ bundleId, environment, testNotificationToken }, scope) {
    const server = await openAppStoreServer(scope, bundleId, environment);
    const result = await readFate(server, testNotificationToken);
    return { status: "waiting", ...(result && { result }) };
  },
  expired:
    "A result can be fetched for an hour, and until the credential gets a new value. Request another test notification.",
});

export const getTestNotificationResult = wait.operation;

/** Waits for as long as the call may take. Apple tries within seconds, so this is long enough but for its bad days. */
async function waitHere(
  server: AppStoreServer,
  { environment, testNotificationToken }: { environment: Environment; testNotificationToken: string },
  { runtime, deadline }: Scope,
) {
  while (deadline.left() > 2 * everySeconds * 1_000) {
    await runtime.sleep(everySeconds * 1_000, deadline.signal);
    const result = await readFate(server, testNotificationToken);
    if (result) return result;
  }
  const message = "Apple has not said yet what became of the notification. Request another one in a while.";
  return { environment, arrived: false, message, sendAttempts: [] };
}

export const requestTestNotification = appStoreServerOperation({
  id: "RequestTestNotification",
  summary: "Request a test notification",
  description:
    "Asks Apple to send a notification of the type TEST to the address that App Store Connect has for the app, and waits until it arrived or could not be delivered.",
  method: "POST",
  route: "app-store-server/notifications/test",
  longRunning: true,
  input: {},
  title: "Test notification",
  output: fate,
  async run(_input, server, scope) {
    const { credential, bundleId, wish } = server;
    if (wish === "Auto") throw new TypeError("No ID tells where a test notification is.");
    const { environment, body } = await server.ask({
      method: "POST",
      path: path`/inApps/v1/notifications/test`,
      perSecond: 1,
    });
    const { testNotificationToken } = body;
    if (typeof testNotificationToken !== "string" || !/^[A-Za-z0-9_-]{1,200}$/.test(testNotificationToken))
      throw failureError(
        { origin: environmentOrigins[environment], method: "GET" },
        malformed("It has no token of the test."),
      );
    // The token of a wait is made from a secret, and a key that stays in the vault has none.
    return credential.credential.held === "key"
      ? waitHere(server, { environment, testNotificationToken }, scope)
      : wait.accept({ testNotificationToken, bundleId, environment }, credential, scope, "waiting");
  },
});
