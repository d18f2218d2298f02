import { useSubscription } from "@apollo/client/react";
import { useMemo } from "react";
import {
  type VideoEditionsFragment,
  VideoLiveDocument,
  type VideoRowFragment,
  VideosLiveDocument,
} from "../api/index.ts";
import { isJobSettled } from "../format/index.ts";

/** Whether progress of a video is expected. Pure. */
export function isMoving({ status, mainJob }: Pick<VideoRowFragment, "status" | "mainJob">): boolean {
  if (status === "PROCESSING" || status === "PLAYABLE") return true;
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
