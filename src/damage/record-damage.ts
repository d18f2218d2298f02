/** Records an inspection's findings, and removes damage that is gone. */
import { isDeepStrictEqual } from "node:util";
import { objectKeys, StoredFile } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/index.ts";
import { type Change, recordChange, type Tx } from "../events/index.ts";
import type { Sum } from "./expected-objects.ts";
import { type InspectedVideo, inspectedRows } from "./expected-objects.ts";
import type { Finding, Inspection } from "./inspect-video.ts";

/**
 * Applies an inspection of `video` as it was read before. Findings about objects replaced since then are
 * dropped. Damage that was not found again is removed, for example after an operator restored the store.
 * Resolves to the new damage.
 */
export async function recordInspection(
  tx: Tx,
  video: InspectedVideo,
  { findings, learned }: Pick<Inspection, "findings" | "learned">,
  now: Date,
): Promise<Finding[]> {
  if (!(await lockVideo(tx, video.id))) return [];
  const current = await tx.video.findUniqueOrThrow({ where: { id: video.id }, include: inspectedRows });
  if (current.status !== "READY") return [];
  const unchanged = findings.filter(({ subject }) => isUnchanged(video, current, subject));
  const fresh = await addDamages(tx, current, unchanged, now);
  const foundKeys = new Set(findings.map(({ key }) => key));
  const healed = current.damages.filter(({ key }) => !foundKeys.has(key));
  await removeDamages(tx, current, healed);
  await learnSums(tx, video.id, learned);
  await tx.video.update({ where: { id: video.id }, data: { scrubbedAt: now } });
  return fresh;
}

/** Adds new damage, with an event for each subject. The caller holds the video's lock. */
export async function addDamages(
  tx: Tx,
  video: Pick<InspectedVideo, "id" | "workspaceId" | "damages">,
  findings: readonly Finding[],
  now: Date,
): Promise<Finding[]> {
  const known = new Set(video.damages.map(({ key }) => key));
  const fresh = findings.filter(({ key }) => !known.has(key));
  if (fresh.length === 0) return [];
  await tx.damage.createMany({
    data: fresh.map((finding) => ({ ...finding, videoId: video.id, foundAt: now })),
    skipDuplicates: true,
  });
  const bySubject = Map.groupBy(fresh, ({ subject }) => subject);
  const changes = [...bySubject].map(([subject, all]): Change => {
    // A missing object stops playback; a damaged one may be visible only for an instant.
    const code = (all.find((finding) => finding.code.endsWith("_MISSING")) ?? all[0])?.code ?? "";
    return { type: "video.damaged", data: { subject, code, objects: all.length } };
  });
  await recordChange(tx, { workspaceId: video.workspaceId, videoId: video.id }, changes);
  return fresh;
}

/**
 * Removes repaired damage, with an event that names the intact subjects. The caller holds the video's lock.
 */
export async function removeDamages(
  tx: Tx,
  video: Pick<InspectedVideo, "id" | "workspaceId" | "damages">,
  mended: readonly { key: string; subject: string }[],
  jobId?: string,
): Promise<void> {
  if (mended.length === 0) return;
  const keys = mended.map(({ key }) => key);
  await tx.damage.deleteMany({ where: { videoId: video.id, key: { in: keys } } });
  const stillDamaged = new Set(
    video.damages.filter(({ key }) => !keys.includes(key)).map(({ subject }) => subject),
  );
  const subjects = [...new Set(mended.map(({ subject }) => subject))].filter(
    (subject) => !stillDamaged.has(subject),
  );
  if (subjects.length === 0) return;
  const about = { workspaceId: video.workspaceId, videoId: video.id, ...(jobId && { jobId }) };
  await recordChange(tx, about, [{ type: "video.repaired", data: { subjects } }]);
}

/** True if a subject has the same objects as during the inspection. */
function isUnchanged(before: InspectedVideo, now: InspectedVideo, subject: string): boolean {
  const namesOf = (video: InspectedVideo) => {
    const rendition = [...video.variants, ...video.audioTracks].find(({ name }) => name === subject);
    if (rendition === undefined) {
      const { storyboard, assets } = video;
      const captions = video.captionTracks.map(({ key }) => key).sort();
      const keys = assets.map(({ kind, key }) => [kind.toLowerCase(), key] as const);
      return { ...Object.fromEntries(keys), storyboard, captions }[subject];
    }
    const parts = video.parts.filter((part) => part.rendition === subject);
    return [rendition.playlist, parts.map(({ startMs, initKey }) => `${startMs} ${initKey}`).sort()];
  };
  return isDeepStrictEqual(namesOf(before), namesOf(now));
}

/** Adds checksums to the rows of the attempts that stored these objects. */
async function learnSums(
  tx: Tx,
  videoId: string,
  learned: readonly { key: string; sum: Sum }[],
): Promise<void> {
  const attempts = `${objectKeys.video(videoId)}attempts/`;
  const folders = new Map<string, { attemptId: string; folder: string; files: StoredFile[] }>();
  for (const { key, sum } of learned) {
    if (!key.startsWith(attempts)) continue;
    const [attemptId = "", ...path] = key.slice(attempts.length).split("/");
    const name = path.pop() ?? "";
    const folder = path.join("/");
    const known = folders.get(`${attemptId}/${folder}`) ?? { attemptId, folder, files: [] };
    known.files.push([name, sum.sizeBytes, sum.crc32c]);
    folders.set(`${attemptId}/${folder}`, known);
  }
  for (const { attemptId, folder, files } of folders.values()) {
    const where = { attemptId_folder: { attemptId, folder } };
    const row = await tx.storedFolder.findUnique({ where, select: { files: true } });
    const merged: Prisma.InputJsonValue = [...StoredFile.array().parse(row?.files ?? []), ...files];
    await tx.storedFolder.upsert({
      where,
      create: { attemptId, folder, videoId, files: merged },
      update: { files: merged },
    });
  }
}
