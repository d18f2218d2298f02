import { join } from "node:path";
import { objectKeys } from "@reelay/contracts";
import { sizeOf } from "../../../host/index.ts";
import { POSTER_FILE } from "../../../media/ffmpeg/index.ts";
import { storeOnce } from "../../../store/index.ts";
import type { RenderAttempt } from "../context.ts";

/** Stores the poster once, as soon as ffmpeg has completed it (it then gets its final name). */
export async function publishPoster(context: RenderAttempt, signal: AbortSignal): Promise<void> {
  const { ref, state, store } = context;
  if (state.current.posterKey !== null) return;
  const path = join(context.directory.path, POSTER_FILE);
  if ((await sizeOf(path)) === 0) return;
  const posterKey = objectKeys.attemptPoster(ref.videoId, ref.attemptId);
  await storeOnce(store, posterKey, { path }, { contentType: "image/jpeg", signal });
  state.update((before) => ({ ...before, posterKey }));
}
