/**
 * An API's connection that locks a row and then does nothing:
 * `node hold-lock-process.ts URL VIDEO_ID IDLE_MS`.
 */

import { lockVideo } from "../auth/own-video.ts";
import { createDatabase } from "../database/database.ts";

const [, , url = "", videoId = "", idleInTransactionMs = ""] = process.argv;
const db = createDatabase(url, { limits: { idleInTransactionMs: Number(idleInTransactionMs) } });
await db.$transaction(
  async (tx) => {
    await lockVideo(tx, videoId);
    process.stdout.write("locked\n");
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
  { timeout: 600_000 },
);
