import { realpathSync } from "node:fs";
import { Server } from "node:http";
import Module from "node:module";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Capabilities, CoreApi, ProgrammingModel } from "./core.ts";
import { Exclusive } from "./exclusive.ts";
import type { Worker } from "./worker.ts";

// What a load changes for a moment (`require`, `process.env`) belongs to the whole process, so loads take turns.
const loads = new Exclusive();

/**
 * Hands out `api` to whoever in `folder` requires `@azure/functions-core`, in the way of the runtime's worker: by
 * wrapping `Module.prototype.require`, which the `require` of `module.createRequire` calls too.
 *
 * @returns takes the wrapper off again.
 */
function provideCore(api: CoreApi, folder: string): () => void {
  const original = Module.prototype.require;
  Module.prototype.require = new Proxy(original, {
    apply(target, self: Module, args: [string]) {
      return args[0] === "@azure/functions-core" && self.filename?.startsWith(folder + path.sep)
        ? api
        : Reflect.apply(target, self, args);
    },
  });
  return () => {
    Module.prototype.require = original;
  };
}

/**
 * Imports a bundle as the runtime's worker does and runs its appStart hooks, with `env` as its `process.env`. Later
 * on, `process.env` is the process's own again: an app is expected to read its settings once, at start.
 *
 * @param appFolder the folder with host.json, given to appStart hooks.
 * @throws Error when the bundle cannot be loaded or registers nothing; its cause is what the bundle threw.
 */
export function loadApp(
  worker: Worker,
  entry: string,
  appFolder: string,
  env: NodeJS.ProcessEnv,
): Promise<ProgrammingModel> {
  return loads.run(async () => {
    // Modules go by their real path; a temporary folder is often behind a link.
    const takeOff = provideCore(worker.api, path.dirname(realpathSync(entry)));
    const ownEnv = process.env;
    process.env = env;
    try {
      await import(pathToFileURL(entry).href);
      await worker.runHooks("appStart", {
        hookData: {},
        appHookData: worker.appHookData,
        functionAppDirectory: appFolder,
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`The function app ${entry} cannot be loaded: ${message}`, { cause: error });
    } finally {
      takeOff();
      process.env = ownEnv;
    }
    const model = worker.programmingModel();
    if (model === undefined || worker.registrations.size === 0) {
      throw new Error(`${entry} registers no function.`);
    }
    return model;
  });
}

/**
 * Asks the library for its capabilities and takes the server that it sets up for HTTP streams, without letting it
 * listen: it would on every network interface. Whoever holds the server gives it requests by emitting them.
 *
 * @throws Error when the app does not use HTTP streams.
 */
export async function takeStreamServer(model: ProgrammingModel): Promise<Server> {
  const original = net.Server.prototype.listen;
  const taken: net.Server[] = [];
  let capabilities: Capabilities | Promise<Capabilities> | undefined;
  // The library calls `listen` before its first await. So the wrapper is gone before anyone else can run.
  net.Server.prototype.listen = function listen(this: net.Server, ...args: unknown[]) {
    taken.push(this);
    // It asks for the port to build a URL that nobody will call; any but 0 does.
    this.address = () => ({ address: "127.0.0.1", family: "IPv4", port: 1 });
    const [listening] = args;
    if (typeof listening === "function") {
      process.nextTick(() => listening());
    }
    return this;
  };
  try {
    capabilities = model.getCapabilities?.({});
  } finally {
    net.Server.prototype.listen = original;
  }
  const { HttpUri } = (await capabilities) ?? {};
  const [server] = taken;
  if (HttpUri === undefined || !(server instanceof Server)) {
    throw new Error("The function app must call app.setup({ enableHttpStream: true }).");
  }
  return server;
}
