/**
 * Clients that create videos as fast as they are taken: each keeps one connection and asks again as soon as
 * it is answered.
 */
import { Agent, request } from "node:http";
import type { EnqueueCommand, EnqueueReply } from "./commands.ts";

const mutation = `mutation Create($input: CreateVideoInput!) {
  createVideo(input: $input) { __typename ... on Video { id status } ... on Error { code message } }
}`;

const post = ({ url, token }: EnqueueCommand, agent: Agent, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const req = request(url, {
      method: "POST",
      agent,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        authorization: `Bearer ${token}`,
      },
    });
    req.once("error", reject);
    req.once("response", (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.once("end", () => resolve(Buffer.concat(chunks).toString()));
      res.once("error", reject);
    });
    req.end(body);
  });

async function enqueue(command: EnqueueCommand): Promise<EnqueueReply> {
  const agent = new Agent({ keepAlive: true, maxSockets: command.connections });
  const latencies: number[] = [];
  const refusals = new Map<string, number>();
  const ids: string[] = [];
  let next = 0;
  const startedAt = performance.now();
  const client = async () => {
    while (next < command.mutations) {
      const index = (next += 1);
      const input = {
        title: `Lecture ${index}`,
        idempotencyKey: `${command.round}-${index}`,
        source: { url: { url: `https://example.com/${index}.mp4` } },
      };
      const askedAt = performance.now();
      const text = await post(command, agent, JSON.stringify({ query: mutation, variables: { input } }));
      latencies.push(performance.now() - askedAt);
      const { data } = JSON.parse(text) as { data?: { createVideo?: { id?: string } } };
      const id = data?.createVideo?.id;
      if (id === undefined) refusals.set(text.slice(0, 200), (refusals.get(text.slice(0, 200)) ?? 0) + 1);
      else ids.push(id);
    }
  };
  await Promise.all(Array.from({ length: command.connections }, client));
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return {
    accepted: new Set(ids).size,
    refusals: [...refusals].map(([text, count]) => `${count} × ${text}`),
    perSecond: ids.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

process.on("message", (command: EnqueueCommand) => {
  enqueue(command).then(
    (reply) => process.send?.(reply),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit(0));
