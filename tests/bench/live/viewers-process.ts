/**
 * The viewers, in a process of their own, so that only the server's CPU is counted at the server. Takes one
 * command at a time over IPC, and answers each.
 */
import { WebSocket } from "ws";
import type { ViewersCommand, ViewersReply } from "./viewers.ts";

let sockets: WebSocket[] = [];
let received = 0;
/** When each tick arrived, by its number; its publication time follows afterwards. */
let arrivals: { tick: number; at: bigint }[] = [];

/** What came last, to be broadcast again for comparison. */
let newest: Buffer = Buffer.alloc(0);

/** Where the tick's number stands in a message; see `measure.ts`. */
const marker = '"fps":';

function note(data: Buffer) {
  const at = process.hrtime.bigint();
  received += 1;
  newest = data;
  const start = data.indexOf(marker);
  if (start < 0) return;
  arrivals.push({
    tick: Number.parseInt(data.toString("latin1", start + marker.length, start + 26), 10),
    at,
  });
}

async function connect(command: Extract<ViewersCommand, { do: "connect" }>): Promise<void> {
  const { url, count, subscribe } = command;
  const open = Array.from({ length: count }, async () => {
    const socket = new WebSocket(url, subscribe === undefined ? [] : ["graphql-transport-ws"]);
    sockets.push(socket);
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    socket.on("error", reject);
    socket.on("open", () => {
      if (subscribe === undefined) resolve();
      else socket.send(JSON.stringify({ type: "connection_init", payload: subscribe.connectionParams }));
    });
    socket.on("message", (data: Buffer) => {
      if (data.includes('"connection_ack"')) {
        socket.send(JSON.stringify({ id: "v", type: "subscribe", payload: subscribe?.payload }));
        return;
      }
      resolve();
      note(data);
    });
    await ready;
  });
  await Promise.all(open);
}

function latenciesOf(publishedAt: readonly [number, string][]): number[] {
  const published = new Map(publishedAt.map(([tick, at]) => [tick, BigInt(at)]));
  return arrivals.flatMap(({ tick, at }) => {
    const start = published.get(tick);
    return start === undefined ? [] : [Number(at - start) / 1e6];
  });
}

async function act(command: ViewersCommand): Promise<ViewersReply> {
  if (command.do === "latencies") return { received, latenciesMs: latenciesOf(command.publishedAt) };
  if (command.do === "newest") return { received, newest: newest.toString() };
  if (command.do === "connect") {
    await connect(command);
    received = 0;
    arrivals = [];
  }
  if (command.do === "disconnect") {
    for (const socket of sockets) socket.terminate();
    sockets = [];
  }
  return { received };
}

process.on("message", (command: ViewersCommand) => {
  void act(command).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ received, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
