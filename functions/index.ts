import { readConfiguration } from "./configuration.ts";
import { registerInbound } from "./inbound/register.ts";
import { operationIndex } from "./operation-index.ts";
import { registerBackfill, registerEvents, registerJobs, registerOperations } from "./register.ts";
import { createServices } from "./services.ts";

const result = readConfiguration(process.env);

// On one machine a wrong setting ends the start with the sentence. In Azure a start that throws would leave bare 404s
// without a reason, so there every function answers 503 with it.
if (!result.ok && process.env.AZURE_FUNCTIONS_ENVIRONMENT === "Development") {
  throw new Error(result.sentence);
}
if (!result.ok) console.error(result.sentence);

const services = result.ok ? createServices(result.configuration) : { sentence: result.sentence };
registerOperations(operationIndex, { services });
registerInbound(services);
if (!("sentence" in services)) {
  registerJobs(services);
  registerEvents(services);
  registerBackfill(services);
}
