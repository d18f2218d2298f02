import type { RenditionPart } from "@reelay/contracts";
import { Prisma } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../events/index.ts";

interface Writing {
  editionId: string;
  attemptId: string;
  parts: readonly RenditionPart[];
  /** The attempt draws other frames than earlier ones: their chunks are void. */
  isRedrawn: boolean;
}

/**
 * Records finished chunks, with which the next attempt continues. Nothing plays before all are finished, so
 * growing ones do not count. The caller holds the video's lock.
 */
export async function writeEditionParts(
  tx: Tx,
  { editionId, attemptId, parts, isRedrawn }: Writing,
): Promise<void> {
  if (isRedrawn) await tx.editionPart.deleteMany({ where: { editionId, attemptId: { not: attemptId } } });
  const known = await tx.editionPart.findMany({
    where: { editionId },
    select: { rendition: true, startMs: true },
  });
  const final = new Set(known.map(({ rendition, startMs }) => `${rendition} ${startMs}`));
  const fresh = parts.filter(
    ({ isComplete, rendition, startMs }) => isComplete && !final.has(`${rendition} ${startMs}`),
  );
  if (fresh.length === 0) return;
  await tx.editionPart.createMany({
    data: fresh.map(({ isComplete: _all, drawn, recipe = null, ...part }) =>
      Object.assign(part, { editionId, attemptId, recipe, drawn: drawn ?? Prisma.DbNull }),
    ),
  });
}
