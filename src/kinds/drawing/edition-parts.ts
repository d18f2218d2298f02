import { RenditionPart } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";

/** Finished chunks of an edition that is not published, in the order of the timeline. */
export async function readEditionParts(tx: Tx, editionId: string): Promise<RenditionPart[]> {
  const rows = await tx.editionPart.findMany({
    where: { editionId },
    orderBy: [{ startMs: "asc" }, { rendition: "asc" }],
  });
  return rows.map((row) => RenditionPart.parse({ ...row, isComplete: true }));
}
