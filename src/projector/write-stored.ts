import type { StoredFolder } from "@reelay/contracts";
import type { Tx } from "../events/index.ts";

/**
 * Stores the checksums of an attempt's objects, in the transaction of its last report. A repeat writes the
 * same. Objects that the video does not use are soon removed from the store, together with their rows.
 */
export async function writeStored(
  tx: Tx,
  { videoId, attemptId }: { videoId: string; attemptId: string },
  folders: readonly StoredFolder[],
): Promise<void> {
  if (folders.length === 0) return;
  const data = folders.map(({ folder, files }) => ({ attemptId, videoId, folder, files }));
  await tx.storedFolder.createMany({ data, skipDuplicates: true });
}
