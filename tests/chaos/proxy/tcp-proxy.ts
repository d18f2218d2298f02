import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** What a connection does at the moment. `silent`: nothing gets through in either direction, and nobody is told. */
export type LinkState = { kind: "open" } | { kind: "delayed"; byMs: number } | { kind: "silent" };

/** A way from one process to another on which things go wrong: a TCP proxy on loopback. */
export class TcpProxy implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: LinkState = { kind: "open" };
  #changed = Promise.withResolvers<void>();

  private constructor(name: string, server: Server) {
    this.name = name;
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Listens on a free port and passes every connection on to `targetPort`. */
  static async listen(name: string, targetPort: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new TcpProxy(name, server);
    server.on("connection", (client) => proxy.#accept(client, targetPort));
    return proxy;
  }

  set(state: LinkState): void {
    this.#state = state;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Ends every connection at once; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #accept(client: Socket, targetPort: number): void {
    const target = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const both = [client, target];
    const destroy = () => {
      for (const socket of both) socket.destroy();
    };
    for (const socket of both) {
      this.#sockets.add(socket);
      socket.on("error", destroy);
      socket.once("close", () => {
        this.#sockets.delete(socket);
      });
    }
    void this.#forward(client, target).catch(destroy);
    void this.#forward(target, client).catch(destroy);
  }

  async #forward(from: Socket, to: Socket): Promise<void> {
    for await (const chunk of from) {
      await this.#pass();
      if (!to.write(chunk as Buffer)) await Promise.race([once(to, "drain"), once(to, "close")]);
    }
    await this.#pass();
    to.end();
  }

  /** Resolves when what has arrived may go on. What waits here is not read further: the sender's own buffers fill up. */
  async #pass(): Promise<void> {
    while (this.#state.kind === "silent") await this.#changed.promise;
    if (this.#state.kind === "delayed") await delay(this.#state.byMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set({ kind: "open" });
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
