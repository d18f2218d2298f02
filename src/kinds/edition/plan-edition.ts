import {
  PublishedPlaylist as Published,
  type PublishedPlaylist,
  type RenditionPart,
} from "@reelay/contracts";
import { assetsOf, toAssetRow } from "../../database/index.ts";
import { type JoinedPlaylist, joinParts } from "../../streaming/index.ts";
import { planJoined, planState, type VariantsReport, type VideoRows } from "../render/index.ts";

export interface PlannedEdition {
  /** The video's rows as the edition makes them. */
  after: VideoRows;
  playlists: JoinedPlaylist[];
  /** Whether every variant and the audio play to their end. */
  isWhole: boolean;
}

/**
 * What a video becomes with a finished edition: its rows as if it had been rendered for the first time. Only
 * a poster stays that a user chose at a time that still exists. Pure.
 */
export function planEdition(
  video: VideoRows,
  edition: { number: number; parts: readonly RenditionPart[]; segmentDurationMs: number },
  report: VariantsReport,
  now: Date,
): PlannedEdition {
  const { number, parts, segmentDurationMs } = edition;
  const { poster } = assetsOf(video);
  const durationMs = report.result.source?.probe?.durationMs ?? 0;
  const isPosterKept = poster !== null && poster.atMs !== null && poster.atMs < durationMs;
  const blank: VideoRows = {
    ...video,
    ...{ status: "PROCESSING", playableAt: null, storyboard: null, variants: [], audioTracks: [] },
    source: video.source && { ...video.source, probe: null },
    assets: isPosterKept ? [toAssetRow("poster", poster)] : [],
  };
  const plan = planState(blank, report, now);
  const byName = Map.groupBy(parts, ({ rendition }) => rendition);
  const joined = new Map<string, JoinedPlaylist>();
  for (const [name, own] of byName) {
    const { bitrateBps: ceilingBps } = plan.after.variants.find((row) => row.name === name) ?? {
      bitrateBps: 0,
    };
    const rendition = { videoId: video.id, edition: number, name, segmentDurationMs, ceilingBps };
    const playlist = joinParts(own, rendition);
    if (playlist !== null) joined.set(name, playlist);
  }
  const published = new Map<string, PublishedPlaylist>();
  for (const [name, playlist] of joined) published.set(name, playlist.published);
  const { after } = planJoined(plan.after, { joined: published, overwritten: [] }, now);
  const { variants, audioTracks } = after;
  const isWhole =
    variants.some(({ status }) => status === "READY") &&
    variants.every(({ status }) => status === "READY" || status === "SKIPPED") &&
    audioTracks.every(({ playlist }) => Published.nullable().parse(playlist)?.isComplete === true);
  return { after, playlists: [...joined.values()], isWhole };
}
