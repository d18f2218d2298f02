import { isSound, Profile, type PublishedPlaylist, RenditionPart, soundBps } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Job } from "../../../../prisma/generated/client.ts";
import type { Tx } from "../../../events/record-change.ts";
import { type JoinedPlaylist, joinParts } from "../../../streaming/join-parts.ts";
import type { StatePlan, VideoRows } from "../state/state-plan.ts";
import { writeState } from "../state/write-state.ts";
import { planJoined } from "./plan-joined.ts";

/**
 * Brings the playlists of these renditions up to what their parts hold without a gap, in the store and in the
 * rows, inside the transaction that laid the parts down and under the video's lock, like the master playlist.
 * Null when nothing got longer.
 */
export async function extendPlaylists(
  tx: Tx,
  store: ObjectStore,
  { job, rows, renditions, now }: { job: Job; rows: VideoRows; renditions: readonly string[]; now: Date },
): Promise<StatePlan | null> {
  if (renditions.length === 0) return null;
  const videoId = rows.id;
  const parts = await readParts(tx, videoId, renditions);
  const profile = Profile.parse(job.profile);
  const joined = new Map<string, JoinedPlaylist>();
  for (const name of renditions) {
    const ceilingBps = isSound(name)
      ? soundBps(profile.audio, rows.audioTracks.find((track) => track.name === name)?.channels ?? 2)
      : (rows.variants.find((variant) => variant.name === name)?.bitrateBps ?? 0);
    const rendition = { videoId, name, segmentDurationMs: profile.segmentDurationMs, ceilingBps };
    const playlist = joinParts(
      parts.filter((part) => part.rendition === name),
      rendition,
    );
    if (playlist !== null) joined.set(name, playlist);
  }
  const plan = planJoined(rows, publishedOf(joined), now);
  const grown = [...plan.variants, ...plan.sounds.written].map(({ name }) => name);
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
  { jobId, taskId, startMs }: { jobId: string; taskId: string; startMs: number },
  renditions: readonly string[],
): Promise<string[]> {
  if (renditions.length === 0) return [];
  const unfinished = await tx.$queryRaw<Array<{ kind: string; renditions: string[]; startMs: number }>>`
    SELECT kind, renditions, min(start_ms) AS "startMs" FROM tasks
    WHERE job_id = ${jobId}::uuid AND id <> ${taskId}::uuid AND status <> 'SUCCEEDED' AND start_ms < ${startMs}
    GROUP BY kind, renditions`;
  return renditions.filter((name) => !unfinished.some((task) => makes(task, name)));
}

const makes = (task: { kind: string; renditions: readonly string[] }, name: string): boolean => {
  switch (task.kind) {
    case "RENDER":
      return true;
    case "CHUNK":
      return task.renditions.includes(name);
    case "AUDIO":
      // An older plan without names includes all.
      return isSound(name) && (task.renditions.length === 0 || task.renditions.includes(name));
    default:
      return false;
  }
};
