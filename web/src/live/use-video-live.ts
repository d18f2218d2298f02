import { useSubscription } from "@apollo/client/react";
import { useMemo } from "react";
import { VideoLiveDocument, type VideoRowFragment, VideosLiveDocument } from "../api/documents.ts";
import { isJobSettled } from "../format/words.ts";

/** Whether something of a video may move by itself. Pure. */
export function isMoving({ status, jobs }: Pick<VideoRowFragment, "status" | "jobs">): boolean {
  if (status === "PROCESSING" || status === "PLAYABLE") return true;
  // A variant of a READY video that is made again, or the head of one whose upload is under way.
  const job = jobs.nodes[0];
  return job !== undefined && job.status !== "PENDING" && !isJobSettled(job.status);
}

/**
 * Keeps a video in the cache up to date, many times a second, while `isOn`. Renders nothing: components that
 * show the video reads the cache.
 */
export function useVideoLive(id: string, isOn: boolean): void {
  useSubscription(VideoLiveDocument, {
    variables: { id, after: null },
    skip: !isOn,
    ignoreResults: true,
  });
}

/** The same for the videos of a list, by one subscription. */
export function useVideosLive(videos: readonly VideoRowFragment[]): void {
  const moving = videos
    .filter(isMoving)
    .map(({ id }) => id)
    .sort()
    .join(" ");
  // A new list of the same ids must not subscribe again.
  const ids = useMemo(() => moving.split(" "), [moving]);
  useSubscription(VideosLiveDocument, { variables: { ids }, skip: moving === "", ignoreResults: true });
}
