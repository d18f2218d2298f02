import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A way to a server on which connections break, hang or lead to another server, at moments that a test
 * chooses by bytes and not by time.
 */
export async function createProxy(target: string) {
  let to = new URL(target);
  const sockets = new Set<Socket>();
  let limit: { bytes: number; end: "CUT" | "HOLD" } | undefined;
  let isRefusing = false;
  let reached = () => {};

  const server = createServer((inner) => {
    if (isRefusing) {
      inner.destroy();
      return;
    }
    const outer = connect(Number(to.port), to.hostname);
    for (const [from, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.on("error", () => other.destroy());
      from.on("close", () => {
        sockets.delete(from);
        other.destroy();
      });
    }
    outer.pipe(inner);
    inner.on("data", (data: Buffer) => {
      if (!limit) {
        if (!outer.write(data)) {
          inner.pause();
          outer.once("drain", () => inner.resume());
        }
        return;
      }
      const passing = data.subarray(0, limit.bytes);
      limit.bytes -= passing.length;
      if (passing.length > 0) outer.write(passing);
      if (limit.bytes > 0) return;
      reached();
      // What was passed on gets there: the end comes after it.
      if (limit.end === "CUT") {
        limit = undefined;
        inner.destroy();
        outer.end();
      }
    });
    inner.on("end", () => outer.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const limitTo = (bytes: number, end: "CUT" | "HOLD") => {
    limit = { bytes: Math.round(bytes), end };
    return new Promise<void>((resolve) => {
      reached = resolve;
    });
  };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The same address, by way of this proxy. */
    through(address: string): string {
      const url = new URL(address);
      url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      return url.href;
    },
    /** Lets clients send so many bytes more, then breaks that connection. Resolves when it does. */
    cutAfter: (bytes: number) => limitTo(bytes, "CUT"),
    /**
     * Lets clients send so many bytes more, then swallows all, until `release`. Resolves when it begins to.
     */
    holdAfter: (bytes: number) => limitTo(bytes, "HOLD"),
    /** Breaks what hung, and lets everything pass again. */
    release() {
      limit = undefined;
      cut();
    },
    /** Breaks all connections that are open. */
    cut,
    /** From now on connections are broken at once, or no more. */
    refuse(isOn: boolean) {
      isRefusing = isOn;
      if (isOn) cut();
    },
    retarget(address: string) {
      to = new URL(address);
    },
    /** Connections' ends that are open. */
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Proxy = Awaited<ReturnType<typeof createProxy>>;
