import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Runtime } from "../../../functions/runtime.ts";
import { faultMessage, faultReply, runsHandler } from "../faults/answer.ts";
import { changeReply } from "../faults/change.ts";
import type { AnswerFault, ChangeFault } from "../faults/fault.ts";
import type { TakenFaults } from "../faults/registry.ts";
import { send, sendFaulty } from "../faults/send.ts";
import { type Call, parseQuery } from "./call.ts";
import { toMessage } from "./message.ts";
import { Refused, type Reply } from "./reply.ts";
import type { RecordedRequest } from "./requests.ts";
import type { ServiceName } from "./service-name.ts";

/** One line of the simulator's log. */
export interface LogEntry {
  service: ServiceName;
  method: string;
  /** Path without the query. */
  path: string;
  /** Absent when the connection was broken before an answer. */
  status?: number;
  /** Why a call was refused: what the service itself does not tell. */
  reason?: string;
  faults: readonly string[];
}

/** What makes a service: its answers, and its error bodies for faults that ask for a bare status. */
export interface Service {
  /** @throws Refused to answer with an error. */
  answer(call: Call): Reply;
  errorReply(status: number, nowMs: number): Reply;
}

interface ServerParts {
  name: ServiceName;
  service: Service;
  runtime: Runtime;
  takeFaults(service: ServiceName, method: string, path: string): TakenFaults;
  record(request: RecordedRequest): void;
  log(entry: LogEntry): void;
}

export interface RunningServer {
  origin: string;
  /** Connections that are open now. */
  openSockets(): number;
  close(): Promise<void>;
}

/** Past every body that a client of these services sends (reports and uploads go elsewhere). */
const maxRequestBytes = 64 * 1_048_576;

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxRequestBytes) return undefined;
  const parts: Buffer[] = [];
  let length = 0;
  // Not destroyed when left early, so that the refusal can still be answered.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = part;
    length += bytes.length;
    if (length > maxRequestBytes) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function changeOf<Kind extends ChangeFault["kind"]>(changes: readonly ChangeFault[], kind: Kind) {
  return changes.find((change): change is Extract<ChangeFault, { kind: Kind }> => change.kind === kind);
}

/** Starts one service on 127.0.0.1. `port` 0 picks a free one. */
export async function startServer(parts: ServerParts, port: number): Promise<RunningServer> {
  const sockets = new Set<Socket>();
  let origin = "";

  function answer(call: Call, entry: LogEntry): Reply {
    try {
      return parts.service.answer(call);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      entry.reason = error.message;
      return error.reply;
    }
  }

  async function respond(
    response: ServerResponse,
    call: Call,
    url: string,
    taken: TakenFaults,
    entry: LogEntry,
  ): Promise<void> {
    const fault: AnswerFault | undefined = taken.answer;
    const errorReply = (status: number) => parts.service.errorReply(status, call.nowMs);
    let reply = fault === undefined || runsHandler(fault) ? answer(call, entry) : undefined;
    if (fault !== undefined)
      reply = faultReply(fault, call.nowMs, errorReply) ?? reply ?? { status: 200, json: {} };
    const changed = changeReply(reply ?? { status: 200 }, taken.changes, { origin, url });
    const message = toMessage(changed, call.nowMs);
    if (fault === undefined) send(response, message);
    else await sendFaulty(response, faultMessage(message, fault), fault, parts.runtime);
    if (response.headersSent) entry.status = message.status;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "", method = "" } = request;
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const rawQuery = mark < 0 ? "" : url.slice(mark + 1);
    const taken = parts.takeFaults(parts.name, method, path);
    const faults = [
      ...(taken.answer ? [taken.answer.kind] : []),
      ...taken.changes.map((change) => change.kind),
    ];
    const recorded: RecordedRequest = {
      service: parts.name,
      method,
      url,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: Buffer.alloc(0),
      faults,
    };
    parts.record(recorded);
    const entry: LogEntry = { service: parts.name, method, path, faults };
    const body = await readBody(request);
    if (body !== undefined) recorded.body = body;
    const offset = changeOf(taken.changes, "clock")?.offsetMs ?? 0;
    const wait = changeOf(taken.changes, "delay");
    if (wait !== undefined) await parts.runtime.sleep(wait.ms);
    const nowMs = parts.runtime.now() + offset;
    const query = parseQuery(rawQuery);
    if (body === undefined || query === undefined) {
      if (body === undefined) response.setHeader("connection", "close");
      send(response, toMessage(parts.service.errorReply(body === undefined ? 413 : 400, nowMs), nowMs));
      entry.status = response.statusCode;
    } else {
      const call: Call = { method, path, rawQuery, query, headers: request.headers, body, origin, nowMs };
      await respond(response, call, url, taken, entry);
    }
    if (entry.status !== undefined) recorded.status = entry.status;
    parts.log(entry);
  }

  const server = createServer((request, response) => {
    response.sendDate = false;
    handle(request, response).catch((error: unknown) => {
      // A client that hangs up while its request is read is no fault of the simulator; anything else must be seen.
      if (request.socket.destroyed) return;
      process.emitWarning(error instanceof Error ? error : String(error));
      response.destroy();
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    openSockets: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
