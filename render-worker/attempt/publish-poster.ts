import { join } from "node:path";
import { objectKeys } from "@reelay/contracts";
import { posterFile } from "../ffmpeg/plan-render.ts";
import { storeOnce } from "../hls/store-once.ts";
import { sizeOf } from "../work-directory/written-bytes.ts";
import type { AttemptContext } from "./context.ts";

/** Stores the poster once, as soon as ffmpeg has written it (it appears under its name when it is whole). */
export async function publishPoster(context: AttemptContext, signal: AbortSignal): Promise<void> {
  const { ref, state, store } = context;
  if (state.current.posterKey !== null) return;
  const path = join(context.directory.path, posterFile);
  if ((await sizeOf(path)) === 0) return;
  const posterKey = objectKeys.attemptPoster(ref.videoId, ref.attemptId);
  await storeOnce(store, posterKey, { path }, { contentType: "image/jpeg", signal });
  state.update((before) => ({ ...before, posterKey }));
}
