import { RenditionPart } from "@reelay/contracts";
import { Prisma } from "../../../prisma/generated/client.ts";
import type { SourceKind } from "../../../prisma/generated/enums.ts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";

/** Latest drawings of the workspace that have chunks. */
const LOOKED_AT = 20;
/** Of these, the ones whose chunks may be the same. */
const MAX_VIDEOS = 2;
/** Bounds the task's message: some hundred kilobytes. */
const MAX_SEGMENTS = 2_000;

/** Which other drawings may have the same chunks. */
export interface SimilarSources {
  kind: SourceKind;
  /** Whether `Source.params` of another drawing are like this one's. */
  isSimilar: (params: unknown) => boolean;
}

/**
 * Finished chunks of the latest similar drawings of the workspace: often earlier versions of the same script
 * or data. The worker copies those with the same frames. Workspaces share nothing.
 */
export async function readKnownChunks(
  tx: Tx,
  { job: { videoId, workspaceId, editionId } }: TaskWithAll,
  { kind, isSimilar }: SimilarSources,
): Promise<RenditionPart[]> {
  const latest = await tx.video.findMany({
    where: {
      ...{ workspaceId, id: { not: videoId } },
      ...{ source: { kind }, parts: { some: { isComplete: true } } },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: LOOKED_AT,
    select: { id: true, source: { select: { params: true } } },
  });
  const similar = latest.filter(({ source }) => isSimilar(source?.params)).map(({ id }) => id);
  // What an edition changes least is the edition that it replaces.
  const ids = [...(editionId === null ? [] : [videoId]), ...similar].slice(0, MAX_VIDEOS);
  if (ids.length === 0) return [];
  const rows = await tx.part.findMany({
    where: { videoId: { in: ids }, isComplete: true, drawn: { not: Prisma.DbNull } },
    orderBy: [{ startMs: "asc" }, { rendition: "asc" }],
  });
  let segments = 0;
  return rows
    .toSorted((a, b) => ids.indexOf(a.videoId) - ids.indexOf(b.videoId))
    .map((row) => RenditionPart.parse(row))
    .filter((part) => (segments += part.segments.length) <= MAX_SEGMENTS);
}
