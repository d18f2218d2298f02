import type { StoredFolder } from "@reelay/contracts";
import type { Tx } from "../events/record-change.ts";

/**
 * Keeps the checksums of what an attempt stored, in the transaction of its last report. A repeat writes the
 * same. What the video does not name is removed from the store soon after, and its rows with it.
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
