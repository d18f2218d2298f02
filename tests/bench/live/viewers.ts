import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export type ViewersCommand =
  | {
      do: "connect";
      url: string;
      count: number;
      /** Left out for sockets that only receive. */
      subscribe?: { connectionParams: Record<string, unknown>; payload: Record<string, unknown> };
    }
  | { do: "count" }
  /**
   * Monotonic nanoseconds (`process.hrtime`, one clock for all processes of the machine) as text, per tick.
   */
  | { do: "latencies"; publishedAt: [tick: number, at: string][] }
  /** The newest message that any of them was given. */
  | { do: "newest" }
  | { do: "disconnect" };

export interface ViewersReply {
  received: number;
  latenciesMs?: number[];
  newest?: string;
  error?: string;
}

export interface Viewers extends AsyncDisposable {
  ask(command: ViewersCommand): Promise<ViewersReply>;
  /** Waits until the viewers were given this many messages; gives up after 20 s. Returns how many it were. */
  received(count: number): Promise<number>;
}

/** Starts the process of the viewers. */
export function startViewers(): Viewers {
  const child = fork(new URL("./viewers-process.ts", import.meta.url), { stdio: "inherit" });
  const ask = async (command: ViewersCommand): Promise<ViewersReply> => {
    const answered = once(child, "message") as Promise<[ViewersReply]>;
    child.send(command);
    const [reply] = await answered;
    if (reply.error !== undefined) throw new Error(`viewers could not ${command.do}: ${reply.error}`);
    return reply;
  };
  return {
    ask,
    async received(count) {
      for (let waitedMs = 0; ; waitedMs += 20) {
        const { received } = await ask({ do: "count" });
        if (received >= count || waitedMs > 20_000) return received;
        await delay(20);
      }
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
