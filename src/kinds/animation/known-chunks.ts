import { isDeepStrictEqual } from "node:util";
import { AnimationSettings, RenditionPart } from "@reelay/contracts";
import { Prisma } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";

/** Latest animations of the workspace. */
const LOOKED_AT = 20;
/** Of these, the ones with the same settings. */
const MAX_VIDEOS = 2;
/** Bounds the task's message: some hundred kilobytes. */
const MAX_SEGMENTS = 2_000;

/**
 * Finished chunks of the latest animations of the workspace with the same settings: often earlier versions of
 * the same script. The worker copies those with the same frames. Workspaces share nothing.
 */
export async function readKnownChunks(
  tx: Tx,
  { job: { videoId, workspaceId } }: TaskWithAll,
  settings: AnimationSettings,
): Promise<RenditionPart[]> {
  const latest = await tx.video.findMany({
    where: { workspaceId, id: { not: videoId }, source: { kind: "MANIM" } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: LOOKED_AT,
    select: { id: true, source: { select: { params: true } } },
  });
  const similar = latest
    .filter(({ source }) => isDeepStrictEqual(AnimationSettings.safeParse(source?.params).data, settings))
    .slice(0, MAX_VIDEOS);
  if (similar.length === 0) return [];
  const rows = await tx.part.findMany({
    where: {
      videoId: { in: similar.map(({ id }) => id) },
      isComplete: true,
      drawn: { not: Prisma.DbNull },
    },
    orderBy: [{ videoId: "desc" }, { startMs: "asc" }, { rendition: "asc" }],
  });
  let segments = 0;
  return rows
    .map((row) => RenditionPart.parse(row))
    .filter((part) => (segments += part.segments.length) <= MAX_SEGMENTS);
}
