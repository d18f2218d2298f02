/**
 * The clients, in a process of their own: each keeps one connection and asks again as soon as it is answered.
 */
import { Agent, request } from "node:http";
import type { LoadCommand, LoadReply } from "./load.ts";

const ask = (command: LoadCommand, agent: Agent): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const req = request(command.url, {
      method: "POST",
      agent,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(command.body),
        accept: "application/graphql-response+json",
        authorization: `Bearer ${command.token}`,
      },
    });
    req.once("error", reject);
    req.once("response", (res) => {
      let start = "";
      res.on("data", (chunk: Buffer) => {
        if (start.length < 10) start += chunk.toString("latin1", 0, 10);
      });
      res.once("end", () => resolve(res.statusCode === 200 && start.startsWith('{"data":{')));
      res.once("error", reject);
    });
    req.end(command.body);
  });

async function load(command: LoadCommand): Promise<LoadReply> {
  const agent = new Agent({ keepAlive: true, maxSockets: command.connections });
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const until = startedAt + command.durationMs;
  const client = async () => {
    while (performance.now() < until) {
      const askedAt = performance.now();
      if (!(await ask(command, agent))) failures += 1;
      latencies.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: command.connections }, client));
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return {
    requests: latencies.length,
    requestsPerSecond: latencies.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failures,
  };
}

process.on("message", (command: LoadCommand) => {
  load(command).then(
    (reply) => process.send?.(reply),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit(0));
