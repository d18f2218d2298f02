import type { VideoStatus } from "../api/index.ts";
import { videoWords } from "../format/index.ts";

/** The last announced state of a video. */
export interface Told {
  title: string;
  status: VideoStatus;
  progress: number;
}

const quarterOf = (progress: number): number => Math.floor(progress * 4);

/**
 * What to say aloud of a video that has moved: changes of state, and each quarter of the way. Null: nothing,
 * for people who listen to the page cannot skim it. The first look at a video is silent. Pure.
 */
export function planAnnouncement(before: Told | undefined, now: Told): string | null {
  if (before === undefined) return null;
  if (before.status !== now.status) return `${now.title}: ${videoWords[now.status].text}.`;
  if (now.status !== "PROCESSING" && now.status !== "PLAYABLE") return null;
  const quarter = quarterOf(now.progress);
  return quarter > quarterOf(before.progress) && quarter < 4
    ? `${now.title}: ${quarter * 25} percent.`
    : null;
}
