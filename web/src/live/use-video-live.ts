import { useSubscription } from "@apollo/client/react";
import { useMemo } from "react";
import {
  type VideoEditionsFragment,
  VideoLiveDocument,
  type VideoRowFragment,
  VideosLiveDocument,
} from "../api/index.ts";
import { isJobSettled } from "../format/index.ts";

/**
 * Whether progress of a video is expected. Events and answers may tell that a job has ended before progress
 * tells how its variants did: until they are settled, more is to come. Pure.
 */
export function isMoving({
  status,
  mainJob,
  variants,
}: Pick<VideoRowFragment, "status" | "mainJob" | "variants">): boolean {
  if (status === "PROCESSING" || status === "PLAYABLE") return true;
  if (variants.some((variant) => variant.status === "RENDERING")) return true;
  if (status === "READY" && variants.some((variant) => variant.status === "PENDING")) return true;
  // A READY video with a variant that is rendered again, or the head of a running upload.
  return mainJob !== null && mainJob.status !== "PENDING" && !isJobSettled(mainJob.status);
}

/** The edition of a video that is rendered while another one plays; null: none. Pure. */
export function correctionOf({ editions: { nodes } }: VideoEditionsFragment) {
  const [newest] = nodes;
  return newest?.status === "RENDERING" ? newest : null;
}

/**
 * Keeps a video in the cache up to date, many times a second, while `isOn`. Renders nothing: components that
 * show the video read the cache.
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
