import * as Type from "typebox";
import { conform } from "../conform.ts";
import { transactionId } from "../fields.ts";
import { words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { appStoreServerOperation } from "./operation.ts";

const text = (summary: string, description: string) => Type.Optional(words(summary, description));

/** Source of names: AppTransaction of apple/app-store-server-library-node 3.1.0. Fields that are not here pass. */
const AppTransaction = Type.Object(
  {
    appTransactionId: text("App transaction ID", "ID of the customer's download of the app."),
    originalPurchaseDate: text("Original purchase date", "When the customer first got the app, in UTC."),
    originalApplicationVersion: text(
      "Original application version",
      "Version of the app that the customer first got: in production its build.",
    ),
    applicationVersion: text("Application version", "Version of the app that this is about."),
    originalPlatform: text("Original platform", "Where the customer first got the app, such as iOS."),
    preorderDate: text("Preorder date", "When the customer ordered the app in advance, in UTC."),
    receiptType: text("Receipt type", "Environment of the payload, Production or Sandbox."),
    receiptCreationDate: text("Receipt creation date", "When Apple signed it, in UTC."),
    bundleId: text("Bundle ID", "Bundle ID of the app."),
    appAppleId: text("App Apple ID", "Apple ID of the app. Absent in the sandbox."),
    versionExternalIdentifier: text("Version external identifier", "Apple's number of the version."),
  },
  {
    title: "Decoded app transaction",
    "x-ms-summary": "App transaction",
    description: "What Apple says of the customer's download of the app, once its signature was verified.",
  },
);

export const getAppTransaction = appStoreServerOperation({
  id: "GetAppTransaction",
  summary: "Get an app transaction",
  description:
    "Tells when and as which version a customer first got the app, such as before it became free. Any transaction ID of the customer will do.",
  method: "GET",
  route: "app-store-server/transactions/{transactionId}/app-transaction",
  input: { transactionId },
  title: "App transaction",
  output: {
    appTransaction: AppTransaction,
    signedAppTransaction: words(
      "Signed app transaction",
      "The same as Apple signed it, to keep or to pass on.",
    ),
  },
  async run({ transactionId }, server) {
    const answer = await server.ask({
      method: "GET",
      path: path`/inApps/v1/transactions/appTransactions/${transactionId}`,
      perSecond: 50,
    });
    const { signedAppTransactionInfo: signed } = answer.body;
    return {
      environment: answer.environment,
      appTransaction: conform(
        AppTransaction,
        await answer.decode("appTransaction", signed, "signedAppTransactionInfo"),
      ),
      signedAppTransaction: String(signed),
    };
  },
});
