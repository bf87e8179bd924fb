import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Reply } from "../core/reply.ts";
import type { ChangeFault } from "./fault.ts";

type Fields = Extract<ChangeFault, { kind: "fields" }>;
type NextLink = Extract<ChangeFault, { kind: "next-link" }>;

function changeFields(value: Json, fault: Fields): Json {
  if (Array.isArray(value)) return value.map((item) => changeFields(item, fault));
  if (!isJsonObject(value)) return value;
  const changed: Record<string, Json | undefined> = {};
  for (const [name, member] of Object.entries(value)) {
    if (fault.remove?.includes(name) || member === undefined) continue;
    const replaced = fault.replace?.[name];
    if (replaced !== undefined) changed[name] = replaced;
    else if (fault.idsAsNumbers && name === "id" && typeof member === "string" && /^\d+$/.test(member))
      changed[name] = Number(member);
    else changed[name] = changeFields(member, fault);
    if (name === "attributes" && isJsonObject(changed[name]))
      changed[name] = { ...changed[name], ...fault.add };
  }
  return changed;
}

function hasAttributes(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasAttributes);
  return (
    isJsonObject(value) &&
    Object.entries(value).some(([name, member]) => name === "attributes" || hasAttributes(member))
  );
}

function nextLink(fault: NextLink, present: string, origin: string): string {
  if (typeof fault.to === "object") return fault.to.url;
  const target = present.startsWith(origin) ? present.slice(origin.length) : present;
  switch (fault.to) {
    case "other-host":
      // `.invalid` can never resolve (RFC 2606).
      return `https://evil.invalid${target}`;
    case "userinfo":
      return `${origin}@evil.invalid${target}`;
    case "other-route":
      return `${origin}/v1/users?cursor=AQ.other&limit=1`;
    case "self-loop":
      return present;
  }
}

/** The answer with its JSON, links or content type changed. An answer without JSON keeps its body. */
export function changeReply(
  reply: Reply,
  changes: readonly ChangeFault[],
  request: { origin: string; url: string },
): Reply {
  let changed = reply;
  for (const fault of changes) {
    if (fault.kind === "content-type") {
      changed = { ...changed, headers: { ...changed.headers, "content-type": fault.value } };
    } else if (fault.kind === "fields" && changed.json !== undefined) {
      const json = changeFields(changed.json, fault);
      changed = {
        ...changed,
        json: isJsonObject(json) && !hasAttributes(json) ? { ...json, ...fault.add } : json,
      };
    } else if (fault.kind === "next-link" && isJsonObject(changed.json)) {
      const links: JsonObject = isJsonObject(changed.json.links) ? changed.json.links : {};
      const self = `${request.origin}${request.url}`;
      const present = typeof links.next === "string" && fault.to !== "self-loop" ? links.next : self;
      changed = {
        ...changed,
        json: { ...changed.json, links: { ...links, next: nextLink(fault, present, request.origin) } },
      };
    }
  }
  return changed;
}
