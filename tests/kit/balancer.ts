import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A load balancer in small: spreads TCP connections over the backends whose `/readyz` says 200. */
export interface Balancer extends AsyncDisposable {
  url: string;
  /** Begins to ask this backend (`http://127.0.0.1:PORT`) whether it is ready. */
  add(backend: string): void;
  remove(backend: string): void;
  isReady(backend: string): boolean;
}

const everyMs = 100;

export async function startBalancer(): Promise<Balancer> {
  const backends = new Map<string, boolean>();
  const sockets = new Set<Socket>();
  const stopped = new AbortController();
  let turn = 0;

  const server = createServer({ pauseOnConnect: true }, (client) => {
    hold(client);
    const ready = [...backends].flatMap(([url, isReady]) => (isReady ? [url] : []));
    turn += 1;
    forward(client, [...ready.slice(turn % ready.length || 0), ...ready.slice(0, turn % ready.length || 0)]);
  });

  function hold(socket: Socket) {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  }

  /** One that cannot be reached any more is passed over, as nothing was sent to it yet. */
  function forward(client: Socket, [backend, ...others]: string[]): void {
    if (backend === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(new URL(backend).port), "127.0.0.1");
    upstream.once("connect", () => {
      hold(upstream);
      client.pipe(upstream).pipe(client);
      client.once("close", () => upstream.destroy());
      upstream.once("close", () => client.destroySoon());
      client.resume();
    });
    upstream.once("error", () => {
      if (upstream.bytesWritten === 0 && !client.readableFlowing) forward(client, others);
    });
  }

  async function watch() {
    while (!stopped.signal.aborted) {
      await Promise.all(
        [...backends.keys()].map(async (backend) => {
          const answer = await fetch(`${backend}/readyz`, { signal: AbortSignal.timeout(20_000) }).catch(
            () => null,
          );
          await answer?.body?.cancel();
          if (backends.has(backend)) backends.set(backend, answer?.status === 200);
        }),
      );
      await delay(everyMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const watching = watch();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (backend) => void backends.set(backend, false),
    remove: (backend) => void backends.delete(backend),
    isReady: (backend) => backends.get(backend) === true,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await watching;
    },
  };
}
