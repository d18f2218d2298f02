import { once } from "node:events";
import { createServer } from "node:net";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { type Clock, systemClock } from "./clock.ts";
import { loadServices } from "./proto.ts";
import { publisherService } from "./publisher-service.ts";
import { Registry } from "./registry.ts";
import { StatusError } from "./status-error.ts";
import { subscriberService } from "./subscriber-service.ts";
import type { Description } from "./subscription-plan.ts";

interface BrokerOptions {
  /** Address to listen on. Default 127.0.0.1 (only this machine). */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  clock?: Clock;
}

/** A running broker. Disposing ends every stream and drops every message. */
export interface Broker extends AsyncDisposable {
  port: number;
  /** `host:port` for PUBSUB_EMULATOR_HOST. */
  address: string;
}

/** Interval for checking deadlines, in milliseconds. */
const TICK_MS = 100;

/**
 * Starts a Pub/Sub server (google.pubsub.v1 over gRPC, without TLS) in this process. It stores nothing on
 * disk. Rejects if the port is in use.
 */
export async function createBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { host = "127.0.0.1", clock = systemClock } = options;
  const registry = new Registry<Description>(clock);
  const { publisher, subscriber } = loadServices();
  const server = new Server({
    // The real service's limit of 10 MB plus framing. Our own check answers with the reason.
    "grpc.max_receive_message_length": 12_000_000,
    "grpc.max_send_message_length": -1,
  });
  server.addService(publisher, publisherService(registry));
  server.addService(subscriber, subscriberService(registry, clock));
  if (options.port) await refuseTakenPort(host, options.port);
  const port = await listen(server, host, options.port ?? 0);
  const ticks = setInterval(() => registry.advance(), TICK_MS);
  return {
    port,
    address: `${host}:${port}`,
    [Symbol.asyncDispose]: async () => {
      clearInterval(ticks);
      registry.close(new StatusError(status.UNAVAILABLE, "The broker is stopping."));
      await stop(server);
    },
  };
}

/** Checks the port first, because grpc-js reports no cause and writes its own line to the console. */
async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, "listening");
  } catch (error) {
    throw cannotListen(host, port, error);
  } finally {
    probe.close();
  }
  await once(probe, "close");
}

function cannotListen(host: string, port: number, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(
    `Broker: cannot listen on ${host}:${port} (${reason}); stop the program that uses it, or choose another port.`,
    { cause: error },
  );
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(cannotListen(host, port, error));
    });
  });
}

/** Sends the last statuses, then closes the connections that clients keep open. */
async function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const force = setTimeout(() => server.forceShutdown(), 100);
  server.tryShutdown(() => resolve());
  await promise;
  clearTimeout(force);
}
