import { createServer } from "node:net";
import { StartError } from "./start-error.ts";

/**
 * Resolves the port to listen on and checks that it is free before anything starts; 0 selects a free one.
 *
 * @throws {StartError} if the port is not available.
 */
export async function checkPort(port: number, host: string): Promise<number> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    throw cannotListen(port, host, error);
  }
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Converts a failure to listen to a sentence. Returns other errors unchanged. */
export function cannotListen(port: number, host: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new StartError(
      `Port ${port} on ${host} is in use by another program: stop it, or choose another port (PORT=${port + 1} npm start).`,
    );
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL") {
    return new StartError(
      `Cannot listen on ${host}:${port} (${code}): choose another port with PORT, or another address with HOST.`,
    );
  }
  return error;
}
