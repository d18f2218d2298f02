/** Applies reports about an edition: the video switches to the finished one, or stays as it is. */
import { Profile, type RecordedError, type RenderState } from "@reelay/contracts";
import { recordChange } from "../../events/index.ts";
import { applyUnfinished, completeTask, type HeldReport, settleJob } from "../../jobs/index.ts";
import { chargeEdition } from "../../quotas/index.ts";
import { refreshManifest } from "../../streaming/index.ts";
import { readEditionParts } from "../drawing/index.ts";
import { applyAccount, planEncoderChanges, videoRows } from "../render/index.ts";
import { planEdition } from "./plan-edition.ts";
import { publishEdition } from "./publish-edition.ts";
import { remakeAssets } from "./remake-assets.ts";
import { writeEditionParts } from "./write-edition-parts.ts";

/**
 * Keeps finished chunks until everything is finished. The transaction that names the new output also
 * publishes it, under the video's lock: a player that loads a playlist gets the old one or the new one.
 */
export async function applyEdition(held: HeldReport): Promise<"applied" | "unwanted"> {
  const { tx, store, attempt, report, now } = held;
  const { job } = attempt.task;
  const { videoId } = job;
  const state = report.result as RenderState;
  const subject = { ...job, jobId: job.id, attemptId: attempt.id };
  const edition = await tx.edition.findUniqueOrThrow({ where: { id: job.editionId ?? "" } });
  const replaced = planEncoderChanges(attempt.encoderChanges, state);
  if (replaced) {
    const { encoderChanges } = replaced;
    await tx.attempt.update({ where: { id: attempt.id }, data: { encoderChanges } });
    await recordChange(tx, subject, replaced.changes);
  }
  await writeEditionParts(tx, {
    ...{ editionId: edition.id, attemptId: attempt.id },
    ...{ parts: state.parts ?? [], isRedrawn: state.isRedrawn ?? false },
  });
  if (report.type !== "task.completed.v1") return await applyUnfinished(tx, attempt, report, now);
  await completeTask(tx, attempt, now);
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: videoRows });
  const parts = await readEditionParts(tx, edition.id);
  const { segmentDurationMs } = Profile.parse(job.profile);
  const planned = planEdition(
    video,
    { number: edition.number, parts, segmentDurationMs },
    { ...report, result: state },
    now,
  );
  if (!planned.isWhole) {
    await settleJob(tx, job, { status: "FAILED", error: { ...incomplete, attemptId: attempt.id } }, now);
    return "applied";
  }
  await publishEdition(held, { edition, video, planned, captions: state.captions });
  const durationMs = report.account?.drawnMs ?? planned.after.durationMs ?? 0;
  await chargeEdition(tx, { editionId: edition.id, workspaceId: job.workspaceId, durationMs, now });
  if (report.account) {
    const account = await applyAccount(tx, { videoId, attemptId: attempt.id }, report.account);
    await recordChange(tx, subject, account);
  }
  await settleJob(tx, job, { status: "SUCCEEDED", error: null }, now);
  await remakeAssets(tx, { job, before: video, after: planned.after, now });
  await refreshManifest(tx, store, videoId);
  return "applied";
}

const incomplete: RecordedError = {
  code: "EDITION_INCOMPLETE",
  message: "The worker ended without all variants of the edition. The video plays as before: retry it.",
  scope: "WORKER",
  retriable: true,
};
