import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** State of a link. `silent`: nothing passes in either direction, without notice. */
export type LinkState = { kind: "open" } | { kind: "delayed"; byMs: number } | { kind: "silent" };

/** A link between two processes on which faults occur: a TCP proxy on loopback. */
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

  /** Listens on a free port and forwards every connection to `targetPort`. */
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

  /** Resets every connection immediately; new ones are accepted. */
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

  /**
   * Resolves when received data may be forwarded. Meanwhile nothing more is read, so the sender's buffers
   * fill up.
   */
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
