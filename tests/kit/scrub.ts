import { createLocalObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import { scrubVideo } from "../../src/scrub/scrub.ts";
import { testLimits } from "../../src/testing/test-uploads.ts";
import type { System } from "./start-system.ts";

const settings = { periodMs: 1, bytesPerSecond: 1e9, isDeep: false };

/**
 * Looks at all that is stored of a video now, as the scrub does when its turn comes. `videoId` is the row's
 * key.
 */
export async function scrubNow(
  { db, storeDirectory }: Pick<System, "db" | "storeDirectory">,
  videoId: string,
): Promise<void> {
  await using store = createLocalObjectStore({ directory: storeDirectory, publicBaseUrl: "http://x/" });
  const log = pino({ level: "silent" });
  const deps = { db, store, clock: () => new Date(), log, limits: testLimits };
  await scrubVideo(deps, videoId, settings, new AbortController().signal);
}
