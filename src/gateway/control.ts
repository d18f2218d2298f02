import type { ServerResponse } from "node:http";
import { allControl, type Messaging } from "@reelay/messaging";

/** Proxies close connections that are silent for about a minute. */
const PING_MS = 15_000;

/** Forwards messages for workers to the connections on which they wait. */
export interface Control extends AsyncDisposable {
  /** Sends the worker's messages as server-sent events until the connection closes. */
  open(workerId: string, res: ServerResponse): Promise<void>;
}

/**
 * A message for a worker that is not connected is dropped: what it says is repeated with the worker's next
 * heartbeat.
 */
export function createControl({
  messaging,
  apiId,
}: {
  messaging: Pick<Messaging, "consume" | "unsubscribe">;
  apiId: string;
}): Control {
  const connections = new Map<string, Set<ServerResponse>>();
  const subscription = allControl(apiId);
  let consumer: Promise<AsyncDisposable> | undefined;
  /** Only API processes with connected workers have a subscription. */
  const consume = async () => {
    consumer ??= messaging.consume(subscription, async ({ message }) => {
      if (message.type !== "task.cancel-requested.v1") return;
      for (const res of connections.get(message.workerId) ?? [])
        res.write(`data: ${JSON.stringify(message)}\n\n`);
    });
    try {
      await consumer;
    } catch (error) {
      consumer = undefined;
      throw error;
    }
  };
  return {
    async open(workerId, res) {
      const own = connections.get(workerId) ?? new Set();
      connections.set(workerId, own.add(res));
      res.once("close", () => {
        own.delete(res);
        if (own.size === 0 && connections.get(workerId) === own) connections.delete(workerId);
      });
      await consume();
      res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      res.write(": connected\n\n");
      const ping = setInterval(() => res.write(": ping\n\n"), PING_MS);
      res.once("close", () => clearInterval(ping));
    },
    async [Symbol.asyncDispose]() {
      if (consumer === undefined) return;
      const running = await consumer.catch(() => null);
      await running?.[Symbol.asyncDispose]();
      await messaging.unsubscribe(subscription).catch(() => undefined);
    },
  };
}
