import { assetsOf, toAssetRow } from "../../../database/index.ts";
import { planMasterPlaylist } from "../../../streaming/index.ts";
import { planAudioTracks, withAudioTracks } from "./plan-audio-tracks.ts";
import { planSource } from "./plan-source.ts";
import { planVariant } from "./plan-variant.ts";
import type { StatePlan, VariantsReport, VideoRows } from "./state-plan.ts";

/**
 * The changes of a video's rows from an attempt's report. Finished output stays, and an earlier attempt's
 * output stays until this one replaces it. Pure.
 */
export function planState(rows: VideoRows, report: VariantsReport, now: Date): StatePlan {
  const { result: state, attemptId } = report;
  const subject = { videoId: rows.id, attemptId, isEnd: report.type !== "task.advanced.v1" };
  const isCompleted = report.type === "task.completed.v1";
  const isLast = isCompleted || (report.type === "task.failed.v1" && report.outcome === "REJECTED");
  const { source, video, changes } = planSource(rows, state.source, { now, isCompleted });
  // A READY video gets one more variant: its audio (or silence) and its poster are settled.
  const isReady = rows.status === "READY";
  const audioTracks = isReady
    ? { written: [], removed: [] }
    : planAudioTracks(rows.audioTracks, state, subject);
  const variants: VideoRows["variants"] = [];
  for (const told of state.variants) {
    const row = rows.variants.find(({ name }) => name === told.name);
    const planned = planVariant(row, told, { ...subject, isLast }, now);
    if (planned === null) continue;
    variants.push(planned);
    if (planned.status !== (row?.status ?? "PENDING")) {
      changes.push({ type: `variant.${planned.status.toLowerCase()}`, data: { name: told.name } });
    }
  }
  const { poster, download } = assetsOf(rows);
  const assets: VideoRows["assets"] = [];
  // A poster that a user chose stays, whatever is rendered again.
  const isPosterKept = poster !== null && (isReady || poster.atMs !== null);
  if (state.posterKey !== null && state.posterKey !== poster?.key && !isPosterKept) {
    assets.push(toAssetRow("poster", { version: 1, key: state.posterKey, atMs: null }));
    changes.push({ type: "video.poster-stored" });
  }
  if (state.storyboard && rows.storyboard === null) {
    video.storyboard = state.storyboard;
    changes.push({ type: "video.storyboard-stored" });
  }
  if (state.download && download === null) {
    assets.push(toAssetRow("download", { version: 1, ...state.download }));
    changes.push({ type: "video.download-stored" });
  }
  const after: VideoRows = {
    ...rows,
    ...video,
    source: rows.source && { ...rows.source, ...source },
    variants: [
      ...rows.variants.filter(({ name }) => variants.every((planned) => planned.name !== name)),
      ...variants,
    ],
    audioTracks: withAudioTracks(rows.audioTracks, audioTracks),
    assets: [...rows.assets.filter(({ kind }) => assets.every((made) => made.kind !== kind)), ...assets],
  };
  const playable = planPlayable(rows, after, now);
  Object.assign(video, playable.video);
  changes.push(...playable.changes);
  return { video, source, variants, audioTracks, assets, changes, after: { ...after, ...video } };
}

/** Whether the changes start or stop playback of the video. Pure. */
export function planPlayable(
  before: VideoRows,
  after: VideoRows,
  now: Date,
): Pick<StatePlan, "video" | "changes"> {
  const isPlayable = planMasterPlaylist(after) !== null;
  if (isPlayable && before.playableAt === null) {
    return { video: { status: "PLAYABLE", playableAt: now }, changes: [{ type: "video.playable" }] };
  }
  // The attempt removed all its output, e.g. because the store was full.
  if (!isPlayable && before.playableAt !== null) {
    const isArriving = after.source?.kind === "UPLOAD" && after.source.receivedAt === null;
    const status = isArriving ? "AWAITING_SOURCE" : "PROCESSING";
    return { video: { status, playableAt: null }, changes: [{ type: "video.unplayable" }] };
  }
  return { video: {}, changes: [] };
}
