import { fork } from "node:child_process";
import { once } from "node:events";
import type { Message } from "@reelay/contracts";

/** The broker and a worker, in another process. */
export interface RemoteWorker extends AsyncDisposable {
  /** The broker's address. */
  address: string;
  /** Publishes a report; returns when it left, on the machine's monotonic clock, nanoseconds as text. */
  publish(message: Message): Promise<string>;
}

export async function startWorker(): Promise<RemoteWorker> {
  const child = fork(new URL("./worker-process.ts", import.meta.url), { stdio: "inherit" });
  const [{ address }] = (await once(child, "message")) as [{ address: string }];
  return {
    address,
    async publish(message) {
      const answered = once(child, "message") as Promise<[{ at: string; error?: string }]>;
      child.send(message);
      const [{ at, error }] = await answered;
      if (error !== undefined) throw new Error(`the worker could not report: ${error}`);
      return at;
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
