import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { recordChange } from "../record-change.ts";
import type { TestEventLogs } from "./event-logs.ts";

/** What makes a transaction take back all that it did. */
class RolledBack extends Error {}

export interface Written {
  /** What tells the event from all others; its `data.token`. */
  token: string;
  videoId: string;
  /** The video's revision that it made: the order in which the video's events were committed. */
  revision: number;
}

/**
 * Writers at the same time, in transactions of random length: on one video or several, with one event or
 * several, now and then slow, now and then rolled back. Resolves to what was committed.
 */
export async function writeAtRandom(
  { db, workspaceId }: Pick<TestEventLogs, "db" | "workspaceId">,
  videoIds: readonly string[],
  { writers, transactions }: { writers: number; transactions: number },
): Promise<Written[]> {
  const committed: Written[] = [];

  async function writeOnce(): Promise<void> {
    const written: Written[] = [];
    // Always in one order, as two transactions that wait for each other's video would have to be ended.
    const chosen = videoIds.filter(() => Math.random() < 1.5 / videoIds.length).sort();
    const work = db.$transaction(
      async (tx) => {
        for (const videoId of chosen) {
          const tokens = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => randomUUID());
          await recordChange(
            tx,
            { workspaceId, videoId },
            tokens.map((token) => ({ type: "video.changed", data: { token } })),
          );
          const { revision } = await tx.video.findUniqueOrThrow({ where: { id: videoId } });
          written.push(...tokens.map((token) => ({ token, videoId, revision })));
          await delay((Math.random() < 0.1 ? 100 : 5) * Math.random());
        }
        if (Math.random() < 0.2) throw new RolledBack();
      },
      { timeout: 30_000, maxWait: 30_000 },
    );
    await work.then(
      () => committed.push(...written),
      (error: unknown) => {
        if (!(error instanceof RolledBack)) throw error;
      },
    );
  }

  const writeAll = async () => {
    for (let done = 0; done < transactions; done += 1) await writeOnce();
  };
  await Promise.all(Array.from({ length: writers }, writeAll));
  return committed;
}
