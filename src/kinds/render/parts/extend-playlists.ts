import {
  audioBps,
  isAudio,
  Profile,
  type PublishedPlaylist,
  RenditionPart,
  type TranscodeTaskParams,
  transcode,
} from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Job, Task } from "../../../../prisma/generated/client.ts";
import { firstVideoTasks } from "../../../database/index.ts";
import type { Tx } from "../../../events/index.ts";
import { type JoinedPlaylist, joinParts } from "../../../streaming/index.ts";
import { type StatePlan, type VideoRows, writeState } from "../state/index.ts";
import { planJoined } from "./plan-joined.ts";

/**
 * Brings the playlists of these renditions up to what their parts hold without a gap, in the store and in the
 * rows, inside the transaction that laid the parts down and under the video's lock, like the master playlist.
 * Null when nothing got longer and no output was overwritten.
 *
 * @param overwritten renditions with output in place of an earlier attempt's, whose worker may remove it
 */
export async function extendPlaylists(
  tx: Tx,
  store: ObjectStore,
  {
    job,
    rows,
    renditions,
    overwritten = [],
    now,
  }: { job: Job; rows: VideoRows; renditions: readonly string[]; overwritten?: readonly string[]; now: Date },
): Promise<StatePlan | null> {
  if (renditions.length === 0) return null;
  const videoId = rows.id;
  const parts = await readParts(tx, videoId, renditions);
  const profile = Profile.parse(job.profile);
  const joined = new Map<string, JoinedPlaylist>();
  for (const name of renditions) {
    const ceilingBps = isAudio(name)
      ? audioBps(profile.audio, rows.audioTracks.find((track) => track.name === name)?.channels ?? 2)
      : (rows.variants.find((variant) => variant.name === name)?.bitrateBps ?? 0);
    const { edition } = rows;
    const { segmentDurationMs } = profile;
    const rendition = { videoId, edition, name, segmentDurationMs, ceilingBps };
    const playlist = joinParts(
      parts.filter((part) => part.rendition === name),
      rendition,
    );
    if (playlist !== null) joined.set(name, playlist);
  }
  const plan = planJoined(rows, { joined: publishedOf(joined), overwritten }, now);
  const grown = [...plan.variants, ...plan.audioTracks.written].map(({ name }) => name);
  if (grown.length === 0) return null;
  await Promise.all(grown.map((name) => publish(store, joined.get(name))));
  await writeState(tx, videoId, plan);
  return plan;
}

const publishedOf = (joined: ReadonlyMap<string, JoinedPlaylist>): Map<string, PublishedPlaylist> =>
  new Map([...joined].map(([name, { published }]) => [name, published]));

async function publish(store: ObjectStore, joined: JoinedPlaylist | undefined): Promise<void> {
  if (joined === undefined) return;
  await store.put(joined.published.key, joined.text, {
    contentType: "application/vnd.apple.mpegurl",
  });
}

async function readParts(tx: Tx, videoId: string, renditions: readonly string[]): Promise<RenditionPart[]> {
  const rows = await tx.part.findMany({ where: { videoId, rendition: { in: [...renditions] } } });
  return rows.map((row) => RenditionPart.parse(row));
}

/**
 * The renditions that a part at `startMs` extends, i.e. whose earlier parts are complete. The others are not
 * even read: with many workers, most reports are about parts far ahead.
 */
export async function renditionsAt(
  tx: Tx,
  { id, jobId, params }: Pick<Task, "id" | "jobId" | "params">,
  renditions: readonly string[],
): Promise<string[]> {
  if (renditions.length === 0) return [];
  const { startMs } = transcode.taskParams.parse(params);
  const unfinished = await tx.$queryRaw<Array<Pick<Task, "kind" | "params">>>`
    SELECT DISTINCT kind, params - '{startMs,endMs}'::text[] AS params FROM tasks
    WHERE job_id = ${jobId}::uuid AND id <> ${id}::uuid AND status <> 'SUCCEEDED'
      AND coalesce((params->>'startMs')::int, 0) < ${startMs}`;
  const earlier = unfinished.map(({ kind, params: of }) =>
    Object.assign(transcode.taskParams.parse(of), { kind }),
  );
  return renditions.filter((name) => !earlier.some((task) => makes(task, name)));
}

const makes = (task: TranscodeTaskParams & { kind: string }, name: string): boolean => {
  switch (task.kind) {
    case "RENDER":
      return true;
    case "CHUNK":
      return task.renditions.includes(name);
    case "AUDIO":
      // An older plan without names includes all.
      return isAudio(name) && (task.renditions.length === 0 || task.renditions.includes(name));
    default:
      // Scenes. The first task names no renditions, and makes all.
      return (
        firstVideoTasks.includes(task.kind) &&
        (task.renditions.length === 0 || task.renditions.includes(name))
      );
  }
};
