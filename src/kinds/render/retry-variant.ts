import type { Variant } from "../../../prisma/generated/client.ts";
import { lockVideo, type Viewer } from "../../auth/index.ts";
import type { OperationDeps } from "../../context/index.ts";
import { isVideoJob } from "../../database/index.ts";
import { ConflictError, NotFoundError } from "../../errors/index.ts";
import type { Tx } from "../../events/index.ts";
import { onceByKey } from "../../idempotency/index.ts";
import { jobUnderWay } from "../../jobs/index.ts";
import { renderAgain } from "./render-again.ts";

/**
 * Renders one variant again that FAILED or was CANCELED, in a new job that renders nothing else; all other
 * variants stay unchanged. Throws `NotFoundError`, `ConflictError` (`VARIANT_READY`, `VARIANT_SKIPPED`,
 * `VARIANT_NOT_ENDED`, `VIDEO_BUSY`).
 */
export async function retryVariant(
  deps: OperationDeps,
  viewer: Viewer,
  { variantId, idempotencyKey }: { variantId: string; idempotencyKey?: string | null },
): Promise<{ jobId: string }> {
  const { workspaceId } = viewer;
  const request = { workspaceId, key: idempotencyKey, operation: "retryVariant", input: { variantId } };
  const jobId = await onceByKey(deps.db, request, async (tx, id) => {
    const { videoId, name, status } = await lockOwnVariant(tx, viewer, variantId);
    assertEndedBadly(name, status);
    const busy = await jobUnderWay(tx, videoId);
    if (busy) {
      throw new ConflictError(
        "VIDEO_BUSY",
        `Another job of this video is ${busy.status}. Wait for its end, then retry ${name}.`,
      );
    }
    // The newest job that could have made the variant, however it ended.
    const earlier = await tx.job.findFirstOrThrow({
      where: {
        ...{ videoId, ...isVideoJob },
        OR: [{ onlyVariants: { isEmpty: true } }, { onlyVariants: { has: name } }],
      },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    });
    await renderAgain(tx, deps, earlier, { id, onlyVariants: [name] });
  });
  return { jobId };
}

const variantNotFound = (): NotFoundError =>
  new NotFoundError(
    "VARIANT_NOT_FOUND",
    "There is no such variant in this workspace; `Video.variants` lists those of a video.",
  );

async function lockOwnVariant(tx: Tx, { workspaceId }: Viewer, id: string): Promise<Variant> {
  const where = { id, video: { workspaceId } };
  const found = await tx.variant.findFirst({ where, select: { videoId: true } });
  if (found) await lockVideo(tx, found.videoId);
  // Read again, since it may have changed while waiting for the lock.
  const variant = found && (await tx.variant.findFirst({ where }));
  if (variant) return variant;
  throw variantNotFound();
}

function assertEndedBadly(name: string, status: Variant["status"]): void {
  switch (status) {
    case "FAILED":
    case "CANCELED":
      return;
    case "READY":
      throw new ConflictError("VARIANT_READY", `${name} is READY: there is nothing to make again.`);
    case "SKIPPED":
      throw new ConflictError(
        "VARIANT_SKIPPED",
        `${name} is above the source's size and SKIPPED: nothing is upscaled.`,
      );
    default:
      throw new ConflictError(
        "VARIANT_NOT_ENDED",
        `${name} is ${status} in a job that is under way; wait for its end, or cancel that job first.`,
      );
  }
}
