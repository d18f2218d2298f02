import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

// oxlint-disable-next-line typescript/no-explicit-any -- tests read messages as they come
type Data = any;

export interface Received {
  id: string;
  type: string;
  data: Data;
  headers: Record<string, string>;
  body: string;
}

/** A receiver of webhooks as it is written outside: a real HTTP server that keeps what comes. */
export async function startReceiver(port = 0) {
  const received: Received[] = [];
  const receiver = {
    received,
    url: "",
    port,
    /** Answers; 204 unless a test says otherwise. */
    answer: (_message: Received, response: ServerResponse): void => void response.writeHead(204).end(),
    /** What came, verified with the secret. Throws when one does not verify. */
    verified(secret: string): Received[] {
      const webhook = new Webhook(secret);
      for (const { body, headers } of received) webhook.verify(body, headers);
      return received;
    },
    /** The same where the sender's clock is not the receiver's: signatures are compared, times are not. */
    signedWith(secret: string): Received[] {
      const webhook = new Webhook(secret);
      for (const { id, body, headers } of received) {
        const at = new Date(Number(headers["webhook-timestamp"]) * 1_000);
        const isSigned = headers["webhook-signature"]?.split(" ").includes(webhook.sign(id, at, body));
        if (!isSigned) throw new Error("No matching signature found");
      }
      return received;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const headers = request.headers as Record<string, string>;
    const { type, data } = JSON.parse(body) as { type: string; data: Data };
    const message = { id: headers["webhook-id"] ?? "", type, data, headers, body };
    received.push(message);
    receiver.answer(message, response);
  }

  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  receiver.port = (server.address() as AddressInfo).port;
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
  return receiver;
}
