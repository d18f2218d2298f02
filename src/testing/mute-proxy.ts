import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * A TCP proxy in front of Postgres that can stop forwarding: connections stay open, as with an unplugged
 * cable.
 */
export async function startMuteProxy(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const state = { isMute: false, accepted: 0 };
  const server = createServer((client) => {
    state.accepted += 1;
    const upstream = connect(Number(port), hostname);
    const join = (from: Socket, to: Socket) => {
      sockets.add(from);
      from.on("data", (data) => state.isMute || to.write(data));
      from.on("error", () => from.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    join(client, upstream);
    join(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    mute: (isMute: boolean) => {
      state.isMute = isMute;
    },
    /** How many clients have connected so far. */
    accepted: () => state.accepted,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
