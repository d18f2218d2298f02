import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Listening {
  address: { socketPath: string; port: number };
  removeAddress(): Promise<void>;
}

/** The port at which a program in a network of its own finds the socket. No other listener is there. */
const portInside = 8080;

/** On a loopback port that is free. */
export async function listenOnPort(server: Server): Promise<Listening> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { address: { socketPath: "", port }, removeAddress: () => Promise.resolve() };
}

/** On a Unix socket in a folder that only the worker may enter; a jail shows only the socket to its program, under any user. */
export async function listenOnSocket(server: Server): Promise<Listening> {
  // Not in the attempt's folder: the path of a socket has 107 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), "reelay-source-"));
  const socketPath = join(folder, "socket");
  server.listen(socketPath);
  await once(server, "listening");
  await chmod(socketPath, 0o666);
  return {
    address: { socketPath, port: portInside },
    removeAddress: () => rm(folder, { recursive: true, force: true }),
  };
}
