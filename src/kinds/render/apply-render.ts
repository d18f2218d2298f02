import type { RenderState, TaskCompleted } from "@reelay/contracts";
import { adoptCaptions } from "../../captions/index.ts";
import { recordChange, type Tx } from "../../events/index.ts";
import { completeTask, endAttempt, type HeldAttempt, type HeldReport, settleJob } from "../../jobs/index.ts";
import { planMasterPlaylist, publishManifest, refreshManifest } from "../../streaming/index.ts";
import { extendPlaylists, renditionsAt } from "./parts/extend-playlists.ts";
import { splitJob } from "./parts/split-job.ts";
import { voidEarlierParts, writeParts } from "./parts/write-parts.ts";
import { settleIfDone } from "./settle-if-done.ts";
import {
  applyAccount,
  chargeReport,
  noteDamage,
  planEncoderChanges,
  planState,
  videoRows,
  writeState,
} from "./state/index.ts";

/** The last task of a job may be a download. It reports nothing about the variants. */
const nothingElse: RenderState = { source: null, variants: [], audio: null, posterKey: null };

/**
 * Applies a report about a video's variants: writes what has changed, extends the playlists and settles what
 * is done.
 */
export async function applyRender(held: HeldReport): Promise<"applied" | "unwanted"> {
  const { tx, store, limits, attempt, now } = held;
  const result: RenderState = { ...nothingElse, ...held.report.result };
  const report = { ...held.report, result };
  const { task } = attempt;
  const { job } = task;
  const { videoId } = job;
  const isUnwanted = job.cancelRequestedAt !== null;
  const subject = { ...job, jobId: job.id, attemptId: attempt.id };
  const replaced = planEncoderChanges(attempt.encoderChanges, report.result);
  if (replaced) {
    const { encoderChanges } = replaced;
    await tx.attempt.update({ where: { id: attempt.id }, data: { encoderChanges } });
  }
  const rows = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: videoRows });
  const plan = planState(rows, report, now);
  const isFailure = report.type === "task.failed.v1" || report.type === "task.stopped.v1";
  const refusal = await chargeReport(tx, { rows, plan, now }, limits);
  if (refusal !== null && !isFailure) {
    // Nothing of the report is kept, so a retry begins with the same question.
    await endAttempt(tx, attempt, "REJECTED", now, refusal);
    if (rows.source?.kind === "URL" && report.result.source) await store.delete(report.result.source.key);
    await refreshManifest(tx, store, videoId);
    return report.type === "task.completed.v1" ? "applied" : "unwanted";
  }
  await writeState(tx, videoId, plan);
  await recordChange(tx, subject, [...(replaced?.changes ?? []), ...plan.changes]);
  const { captions } = report.result;
  if (captions && !attempt.hasCaptions) {
    const { captionTracks, durationMs } = plan.after;
    const adoption = { subject, captions, captionTracks, durationMs };
    plan.after.captionTracks = (await adoptCaptions(tx, store, adoption)) ?? captionTracks;
  }
  const { parts = [], split, isRedrawn } = report.result;
  if (isRedrawn) {
    const made = report.result.variants.filter(({ status }) => status === "RENDERING");
    await voidEarlierParts(
      tx,
      { videoId, attemptId: attempt.id },
      made.map(({ name }) => name),
    );
  }
  const overwritten = await writeParts(tx, { videoId, attemptId: attempt.id }, parts);
  if (split) await splitJob(tx, { task, rows: plan.after, split, now });
  if (report.type === "task.completed.v1") {
    await completeTask(tx, attempt, now);
    await noteAccount(tx, attempt, report);
    const { damage } = report.result;
    const end = damage ? await noteDamage(tx, attempt, damage, plan.after.durationMs) : null;
    if (end !== null) {
      await settleJob(tx, job, end, now);
      await refreshManifest(tx, store, videoId);
      return "applied";
    }
  }
  const names = [...new Set(parts.map(({ rendition }) => rendition))];
  const renditions = await renditionsAt(tx, task, names);
  const grown = await extendPlaylists(tx, store, { job, rows: plan.after, now, renditions, overwritten });
  if (grown) await recordChange(tx, subject, grown.changes);
  if (report.type !== "task.advanced.v1") {
    if (report.type === "task.completed.v1") await settleIfDone(tx, task, now);
    else {
      const { error = null, needsMemoryBytes } = report.type === "task.failed.v1" ? report : {};
      await endAttempt(tx, attempt, report.outcome, now, error, needsMemoryBytes);
    }
    await refreshManifest(tx, store, videoId);
    return "applied";
  }
  const before = planMasterPlaylist(rows);
  const after = (grown ?? plan).after;
  // Most state reports only lengthen playlists, which players read for themselves.
  if (plan.changes.length > 0 || (grown?.changes.length ?? 0) > 0 || planMasterPlaylist(after) !== before) {
    await publishManifest(store, { ...after, updatedAt: now }, before);
  }
  return isUnwanted ? "unwanted" : "applied";
}

async function noteAccount(
  tx: Tx,
  attempt: HeldAttempt,
  { videoId, account }: Pick<TaskCompleted, "videoId" | "account">,
): Promise<void> {
  if (!account) return;
  const { job } = attempt.task;
  const subject = { videoId, attemptId: attempt.id };
  await recordChange(tx, { ...job, jobId: job.id, ...subject }, await applyAccount(tx, subject, account));
}
