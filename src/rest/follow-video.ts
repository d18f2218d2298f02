import type { OperationDeps } from "../context/index.ts";
import { assetsOf, errorOf, isVideoJob } from "../database/index.ts";
import { NotFoundError } from "../errors/index.ts";
import type { VideoSnapshot } from "../progress/index.ts";

type Download = NonNullable<ReturnType<typeof assetsOf>["download"]>;

/** How the rendering of a video ended. */
export type Ending =
  | { isReady: true; video: VideoSnapshot; download: Download }
  | { isReady: false; message: string };

/**
 * Passes on each state of a video until it has ended. Throws the signal's reason, and `NotFoundError` if the
 * video was deleted.
 */
export async function followVideo(
  { db, live }: Pick<OperationDeps, "db" | "live">,
  target: { workspaceId: string; videoId: string },
  { signal, onState }: { signal: AbortSignal; onState: (video: VideoSnapshot) => Promise<void> },
): Promise<Ending> {
  for await (const video of await live.watch(target, signal)) {
    await onState(video);
    signal.throwIfAborted();
    const { download } = assetsOf(video);
    if (video.status === "READY" && download !== null) return { isReady: true, video, download };
    if (video.status === "READY") {
      const reason = await jobErrorOf(db, video.id);
      return { isReady: false, message: `The video plays, but has no MP4. ${reason}` };
    }
    if (video.status === "FAILED") {
      return {
        isReady: false,
        message: errorOf(video)?.message ?? "The video failed. Send the script again.",
      };
    }
  }
  signal.throwIfAborted();
  throw new NotFoundError("VIDEO_NOT_FOUND", "The video was deleted while it was being made.");
}

/** The job ends with the video. */
async function jobErrorOf(db: OperationDeps["db"], videoId: string): Promise<string> {
  const job = await db.job.findFirst({
    where: { videoId, ...isVideoJob },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    select: { error: true },
  });
  return (job && errorOf(job)?.message) ?? "Its job was canceled. Retry it.";
}
