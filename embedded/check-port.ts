import { createServer } from "node:net";
import { StartError } from "./start-error.ts";

/**
 * The port to listen on, known to be free before anything else is started: `port` itself, or any free one for 0.
 *
 * @throws {StartError} when it cannot be had.
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

/** A failure to listen as a sentence; whatever else it is comes back as it was. */
export function cannotListen(port: number, host: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new StartError(
      `Port ${port} on ${host} is taken by another program: stop it, or choose another port (PORT=${port + 1} npm start).`,
    );
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL") {
    return new StartError(
      `Cannot listen on ${host}:${port} (${code}): choose another with PORT, or with HOST for the address.`,
    );
  }
  return error;
}
