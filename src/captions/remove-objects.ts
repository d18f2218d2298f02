import { posix } from "node:path";
import type { OperationDeps } from "../deps.ts";

/** Removes the WebVTT that no row names any more, and the playlist beside it. What cannot be removed now only costs room until the video goes. */
export async function removeObjects(
  { store, log }: Pick<OperationDeps, "store" | "log">,
  key: string,
): Promise<void> {
  await store
    .deletePrefix(`${posix.dirname(key)}/`)
    .catch((error: unknown) => log.warn({ err: error, key }, "captions.objects-left"));
}
