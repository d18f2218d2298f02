import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "../chaos/random.ts";
import { type HttpFault, planFault } from "./plan-fault.ts";

export interface FaultProxy extends AsyncDisposable {
  /** Instead of the target's own address. */
  url: string;
  /** Share of requests that meet a fault; changes take effect at once. */
  rate: number;
  /** The fault of a request instead of one by chance; undefined leaves it to chance. */
  decide: (method: string, path: string) => HttpFault | null | undefined;
  requests: number;
  /** Faults injected so far, by kind. */
  faults: Map<string, number>;
  /** The statuses that the target answered late requests with. */
  lateStatuses: number[];
  /** Connections that clients hold open. */
  connections(): Promise<number>;
}

/**
 * An HTTP proxy in front of one server that does to requests what networks and overloaded services do. The
 * same seed deals the same faults.
 */
export async function startFaultProxy(target: string, { rate = 0, seed = 1 } = {}): Promise<FaultProxy> {
  const random = createRandom(seed);
  const { hostname, port } = new URL(target);

  const server = createServer((incoming, answer) => {
    proxy.requests += 1;
    const decided = proxy.decide(incoming.method ?? "", incoming.url ?? "");
    const fault = decided === undefined ? planFault(random, proxy.rate) : decided;
    if (fault !== null) proxy.faults.set(fault.kind, (proxy.faults.get(fault.kind) ?? 0) + 1);
    incoming.on("error", () => {});
    answer.on("error", () => {});
    handle(incoming, answer, fault).catch(() => incoming.socket.destroy());
  });

  async function handle(incoming: IncomingMessage, answer: ServerResponse, fault: HttpFault | null) {
    if (fault?.kind === "refused") {
      refuse(incoming, answer, fault);
      return;
    }
    if (fault?.kind === "reset-before") {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === "late") {
      await sendLater(incoming, fault);
      return;
    }
    if (fault?.kind === "silence") await delay(fault.ms);
    forward(incoming, answer, fault);
  }

  function refuse(
    incoming: IncomingMessage,
    answer: ServerResponse,
    { status, retryAfterSeconds }: Extract<HttpFault, { kind: "refused" }>,
  ): void {
    incoming.resume();
    answer.writeHead(status, retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) });
    answer.end(JSON.stringify({ error: { code: status, message: "A fault of the proxy." } }));
  }

  async function sendLater(
    incoming: IncomingMessage,
    { ms, until }: Extract<HttpFault, { kind: "late" }>,
  ): Promise<void> {
    const { method = "GET", url: path = "/", headers, socket } = incoming;
    const body = await buffer(incoming);
    socket.resetAndDestroy();
    await Promise.all([delay(ms), until]);
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (reply) => {
      reply.resume();
      reply.on("end", () => proxy.lateStatuses.push(reply.statusCode ?? 0));
    });
    outgoing.on("error", () => {});
    outgoing.end(body);
  }

  function forward(incoming: IncomingMessage, answer: ServerResponse, fault: HttpFault | null): void {
    const { method = "GET", url: path = "/", headers, socket } = incoming;
    // A connection each: what is cut here breaks nothing else.
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, (reply) => {
      // Destroying the answer alone may leave its connection open.
      reply.on("error", () => socket.destroy());
      pass(reply, answer, fault).catch(() => socket.destroy());
    });
    outgoing.on("error", () => socket.destroy());
    answer.once("close", () => {
      if (!answer.writableFinished && fault?.kind !== "reset-after") outgoing.destroy();
    });
    if (fault?.kind === "request-cut") cutRequest(incoming, outgoing);
    else incoming.pipe(outgoing);
  }

  function cutRequest(incoming: IncomingMessage, outgoing: ClientRequest): void {
    let left = Math.floor(Number(incoming.headers["content-length"] ?? 0) / 2);
    const cut = () => {
      incoming.socket.resetAndDestroy();
      outgoing.destroy();
    };
    if (left === 0) cut();
    incoming.on("data", (piece: Buffer) => {
      if (left <= 0) return;
      const passing = piece.subarray(0, left);
      left -= passing.length;
      // What was passed on arrives before the end.
      outgoing.write(passing, () => left <= 0 && cut());
    });
  }

  async function pass(
    reply: IncomingMessage,
    answer: ServerResponse,
    fault: HttpFault | null,
  ): Promise<void> {
    const { statusCode = 502, headers } = reply;
    const { socket } = answer.req;
    if (fault?.kind === "reset-after" || fault?.kind === "answer-replaced") {
      reply.resume();
      if (fault.kind === "reset-after") socket.resetAndDestroy();
      else answer.writeHead(503).end();
      return;
    }
    answer.writeHead(statusCode, headers);
    if (fault?.kind === "answer-cut") await passHalf(reply, answer);
    else if (fault?.kind === "drip") await drip(reply, answer, fault.ms);
    else if (fault?.kind === "damaged") await damage(reply, answer);
    else reply.pipe(answer);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rate,
    decide: () => undefined,
    requests: 0,
    faults: new Map(),
    lateStatuses: [],
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function passHalf(reply: IncomingMessage, answer: ServerResponse): Promise<void> {
  let left = Math.floor(Number(reply.headers["content-length"] ?? 0) / 2);
  for await (const piece of reply as AsyncIterable<Buffer>) {
    const passing = piece.subarray(0, left);
    left -= passing.length;
    if (passing.length > 0) await new Promise((resolve) => answer.write(passing, resolve));
    if (left === 0) break;
  }
  answer.req.socket.destroy();
}

/** For about `ms` milliseconds a few bytes at a time, then the rest. */
async function drip(reply: IncomingMessage, answer: ServerResponse, ms: number): Promise<void> {
  const drop = { bytes: 64, everyMs: 25 };
  const end = performance.now() + ms;
  for await (const piece of reply as AsyncIterable<Buffer>) {
    for (let at = 0; at < piece.length && !answer.destroyed; ) {
      const isSlow = performance.now() < end;
      const passing = piece.subarray(at, isSlow ? at + drop.bytes : piece.length);
      at += passing.length;
      answer.write(passing);
      if (isSlow) await delay(drop.everyMs);
    }
  }
  answer.end();
}

async function damage(reply: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = await buffer(reply);
  const middle = Math.floor(body.length / 2);
  body.writeUInt8(body.readUInt8(middle) ^ 1, middle);
  answer.end(body);
}
