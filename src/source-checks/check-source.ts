import { createHash } from "node:crypto";
import { type AnimationSettings, CheckedSource } from "@reelay/contracts";
import type { SourceCheck } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError, QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { planScript, type ScriptInput, type SourceInput } from "../videos/index.ts";
import { readOffers } from "../workers/index.ts";
import { KEPT_MS, MAX_PENDING } from "./limits.ts";
import { painterVersions, whyNoWorker } from "./need.ts";
import { sendCheck } from "./send-check.ts";

const DEFAULT_WAIT_MS = 10_000;
const MAX_WAIT_MS = 30_000;
/** A check usually takes a second or two. */
const RETRY_AFTER_MS = 2_000;

/**
 * Checks a source without making a video of it: returns the check of an equal source, or begins one, and
 * waits until it has ended. After `waitMs`, or if no worker can do it, the check is still PENDING.
 *
 * Throws `InvalidInputError` (`SOURCE_NOT_CHECKABLE`, `WAIT_INVALID`, and those of `planScript`),
 * `ConflictError` (`MATERIAL_NOT_READY`) and `QuotaExceededError` (`PENDING_CHECKS`).
 */
export async function checkSource(
  deps: OperationDeps,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  { source, waitMs }: { source: SourceInput; waitMs?: number | null },
): Promise<{ checkId: string }> {
  const patienceMs = checkWait(waitMs ?? DEFAULT_WAIT_MS);
  const { script, ...rest } = scriptOf(source);
  const { settings } = await planScript(deps.db, workspaceId, { script, ...rest });
  const { id, isAwaited } = await deps.db.$transaction((tx) =>
    findOrBegin(tx, { workspaceId, script, settings }, deps.clock()),
  );
  if (isAwaited && patienceMs > 0) {
    const isPending = { id, status: "PENDING" } as const;
    await deps.checkWaits.wait(
      patienceMs,
      async () => (await deps.db.sourceCheck.count({ where: isPending })) === 0,
    );
  }
  return { checkId: id };
}

function scriptOf({ manim, upload, template }: SourceInput): ScriptInput {
  if (manim) return manim;
  const field = upload ? "source.upload" : template ? "source.template" : "source.url";
  throw new InvalidInputError(
    "SOURCE_NOT_CHECKABLE",
    field,
    `${field}: only scripts (source.manim) can be checked. Create a video of it instead: what is wrong with it is an error of createVideo, or of the job before it renders.`,
  );
}

function checkWait(waitMs: number): number {
  if (waitMs >= 0 && waitMs <= MAX_WAIT_MS) return waitMs;
  throw new InvalidInputError(
    "WAIT_INVALID",
    "waitMs",
    `waitMs: is ${waitMs}; use 0 to ${MAX_WAIT_MS} milliseconds, or omit it for ${DEFAULT_WAIT_MS}.`,
  );
}

interface Request {
  workspaceId: string;
  script: string;
  settings: AnimationSettings;
}

/**
 * Locks: an advisory lock per workspace, held for a few statements, so that equal requests find one row and
 * the limit holds. Considered: the row of the workspace, for which the dispatcher and the quotas wait as
 * well.
 */
async function findOrBegin(
  tx: Tx,
  { workspaceId, script, settings }: Request,
  now: Date,
): Promise<{ id: string; isAwaited: boolean }> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.source-checks'), hashtext(${workspaceId}))`;
  const digest = createHash("sha256").update(JSON.stringify(settings)).update(script).digest("hex");
  const offers = await readOffers(tx, now);
  const known = await tx.sourceCheck.findUnique({ where: { workspaceId_digest: { workspaceId, digest } } });
  if (known && answers(known, painterVersions(offers), now))
    return { id: known.id, isAwaited: known.status === "PENDING" && known.sends > 0 };
  if (known) await tx.sourceCheck.delete({ where: { id: known.id } });
  await assertRoom(tx, workspaceId);
  const check = await tx.sourceCheck.create({
    data: {
      workspaceId,
      digest,
      script,
      params: settings,
      createdAt: now,
      expiresAt: new Date(now.getTime() + KEPT_MS),
    },
  });
  const isSent = whyNoWorker(offers) === null;
  if (isSent) await sendCheck(tx, check, now);
  return { id: check.id, isAwaited: isSent };
}

/** Whether a check answers an equal request. A result of another painter's version may be another. */
function answers(
  { status, result, expiresAt }: SourceCheck,
  versions: ReadonlySet<string>,
  now: Date,
): boolean {
  if (status === "FAILED" || expiresAt <= now) return false;
  if (status === "PENDING" || versions.size === 0) return true;
  const checked = CheckedSource.safeParse(result);
  return checked.success && versions.has(checked.data.painterVersion);
}

async function assertRoom(tx: Tx, workspaceId: string): Promise<void> {
  const used = await tx.sourceCheck.count({ where: { workspaceId, status: "PENDING" } });
  if (used < MAX_PENDING) return;
  throw new QuotaExceededError(
    `The workspace has ${used} checks that have not ended, and may have ${MAX_PENDING}. Send this one again in ${RETRY_AFTER_MS / 1000} s.`,
    { quota: "PENDING_CHECKS", limit: MAX_PENDING, used, retryAfterMs: RETRY_AFTER_MS },
  );
}
