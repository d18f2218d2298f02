import { posix } from "node:path";
import type { OperationDeps } from "../context/index.ts";

/**
 * Removes unreferenced WebVTT and its playlist. A failed removal only costs space until the video is deleted.
 */
export async function removeObjects(
  { store, log }: Pick<OperationDeps, "store" | "log">,
  key: string,
): Promise<void> {
  await store
    .deletePrefix(`${posix.dirname(key)}/`)
    .catch((error: unknown) => log.warn({ err: error, key }, "captions.objects-not-removed"));
}
