import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

const violations: string[] = [];

/** Attempts to leave this machine so far, whether or not the code under test swallowed the error. */
export function leftLoopback(): readonly string[] {
  return violations;
}

function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return (
    name === "localhost" ||
    name === "::1" ||
    (net.isIPv4(name) && name.startsWith("127.")) ||
    name.startsWith("::ffff:127.")
  );
}

function refuse(what: string): Error {
  violations.push(what);
  return new Error(`Tests must not leave this machine: ${what}`);
}

type Lookup = NonNullable<net.TcpSocketConnectOpts["lookup"]>;

/** A test may point a real name at loopback with a lookup of its own; its answers are checked instead of the name. */
function checked(lookup: Lookup): Lookup {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, address, family) => {
      const addresses = Array.isArray(address) ? address.map((entry) => entry.address) : [address];
      const outside = error ? undefined : addresses.find((entry) => !isLoopback(entry));
      if (outside === undefined) {
        callback(error, address, family);
      } else {
        callback(refuse(`connection to ${hostname} at ${outside}`), address, family);
      }
    });
}

/** The options object within the arguments of `Socket.connect`, in all the forms that it takes. */
function optionsOf(args: readonly unknown[]): Partial<net.TcpSocketConnectOpts & net.IpcSocketConnectOpts> {
  const [first, second] = args;
  if (Array.isArray(first)) {
    return optionsOf(first);
  }
  if (typeof first === "object" && first !== null) {
    return first;
  }
  if (typeof first === "string" && Number.isNaN(Number(first))) {
    return { path: first };
  }
  return typeof second === "string" ? { host: second } : {};
}

/** From here on, connections and name look-ups in this process reach loopback only. */
export function stayOnLoopback(): void {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = new Proxy(connect, {
    apply(target, self: net.Socket, args: unknown[]) {
      const options = optionsOf(args);
      // TLS leaves null where there is no value.
      const { path, lookup } = options;
      const host = options.host || "localhost";
      if (!path && !isLoopback(host)) {
        if (!lookup || lookup === dns.lookup || net.isIP(host)) {
          // As an event, like any failure to connect: code that survives a refused connection must not go elsewhere.
          self.destroy(refuse(`connection to ${host}`));
          return self;
        }
        options.lookup = checked(lookup);
      }
      return Reflect.apply(target, self, args);
    },
  });

  for (const module of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
    for (const [name, original] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
      if (!/^(lookup|resolve|reverse)/.test(name) || typeof original.value !== "function") {
        continue;
      }
      const guarded = new Proxy(original.value, {
        apply(target, self, args: unknown[]) {
          const [host] = args;
          if (typeof host === "string" && !isLoopback(host) && !(name === "lookup" && net.isIP(host))) {
            throw refuse(`name look-up of ${host}`);
          }
          return Reflect.apply(target, self, args);
        },
      });
      Object.defineProperty(module, name, { ...original, value: guarded });
    }
  }
  syncBuiltinESMExports();
}
