/**
 * Asks for one path over and over by 16 kept connections, for a time, and reports how many answers it read.
 * In a thread of its own.
 */
import { Agent, get } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const { url, forMs } = workerData as { url: string; forMs: number };
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const until = performance.now() + forMs;
let answers = 0;

const once = () =>
  new Promise<void>((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} was answered ${response.statusCode}.`));
      response.resume().once("end", resolve);
    }).once("error", reject);
  });

async function loop(): Promise<void> {
  while (performance.now() < until) {
    await once();
    answers += 1;
  }
}

await Promise.all(Array.from({ length: 16 }, loop));
agent.destroy();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
parentPort?.postMessage(answers);
