import { createHash } from "node:crypto";
import { CheckedSource, MAX_STILLS, type StillsRequest } from "@reelay/contracts";
import { Prisma, type SourceCheck } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError, QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { type DrawnText, planDrawn, type SourceInput } from "../videos/index.ts";
import { readCheckers } from "./checkers.ts";
import { KEPT_MS, MAX_PENDING } from "./limits.ts";
import { painterVersions, whyNoWorker } from "./need.ts";
import { sendCheck } from "./send-check.ts";
import { removeStills } from "./sweep-checks.ts";

const DEFAULT_WAIT_MS = 10_000;
const MAX_WAIT_MS = 30_000;
/** A check usually takes a second or two. */
const RETRY_AFTER_MS = 2_000;

/**
 * Checks a source without making a video of it: returns the check of an equal source, or begins one, and
 * waits until it has ended. After `waitMs`, or if no worker can do it, the check is still PENDING.
 *
 * Throws `InvalidInputError` (`SOURCE_NOT_CHECKABLE`, `WAIT_INVALID`, `STILLS_INVALID`), `QuotaExceededError`
 * (`PENDING_CHECKS`), and what `planDrawn` throws.
 */
export async function checkSource(
  deps: OperationDeps,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  { source, stills, waitMs }: CheckSourceInput,
): Promise<{ checkId: string }> {
  const patienceMs = checkWait(waitMs ?? DEFAULT_WAIT_MS);
  const text = await planDrawn(deps, workspaceId, source);
  if (text === null) throw notCheckable(source);
  const pictures = stills ? checkStills(stills, text) : null;
  const begun = await deps.db.$transaction((tx) =>
    beginCheck(tx, { workspaceId, text, stills: pictures }, deps.clock()),
  );
  const { id, isAwaited, replaced } = begun;
  if (replaced) await removeStills(deps, replaced);
  if (isAwaited && patienceMs > 0) {
    const isPending = { id, status: "PENDING" } as const;
    await deps.checkWaits.wait(
      patienceMs,
      async () => (await deps.db.sourceCheck.count({ where: isPending })) === 0,
    );
  }
  return { checkId: id };
}

export interface CheckSourceInput {
  source: SourceInput;
  stills?: StillsInput | null;
  waitMs?: number | null;
}

/** The pictures that a client asks for. */
export interface StillsInput {
  /** Indexes. Default: the first 20 scenes. */
  scenes?: readonly number[] | null;
  /** Default: the last mark of each scene. */
  mark?: string | null;
  /** Shorter side in pixels. Default 360. */
  height?: number | null;
}

const stillHeights = { least: 90, most: 720, usual: 360 };
const MARK = /^[a-z][a-z0-9-]{0,29}$/;

/** Pictures in the shape of the video. Throws `InvalidInputError` (`STILLS_INVALID`). Pure. */
function checkStills(
  { scenes, mark, height }: StillsInput,
  { kind, params }: Pick<DrawnText, "kind" | "params">,
): StillsRequest {
  const invalid = (field: string, problem: string) =>
    new InvalidInputError("STILLS_INVALID", field, `${field}: ${problem}`);
  if (kind !== "TEMPLATE")
    throw invalid("stills", "only data of templates has stills. Omit it for other sources.");
  const { least, most, usual } = stillHeights;
  const shorter = height ?? usual;
  if (shorter < least || shorter > most)
    throw invalid("stills.height", `is ${shorter}; use ${least} to ${most}, or omit it for ${usual}.`);
  if (scenes && (scenes.length < 1 || scenes.length > MAX_STILLS))
    throw invalid("stills.scenes", `lists ${scenes.length} scenes; a check draws 1 to ${MAX_STILLS}.`);
  const negative = scenes?.find((index) => index < 0);
  if (negative !== undefined)
    throw invalid("stills.scenes", `${negative} is no index of a scene; the first scene is 0.`);
  if (mark != null && !MARK.test(mark))
    throw invalid(
      "stills.mark",
      `${JSON.stringify(mark.slice(0, 100).toWellFormed())} is no name of a mark. Use one of \`SourceScene.marks\`, such as "reveal", or omit it for the last one.`,
    );
  const scale = shorter / Math.min(params.width, params.height);
  const even = (side: number) => Math.max(16, 2 * Math.round((side * scale) / 2));
  return {
    scenes: scenes ? [...scenes] : null,
    mark: mark ?? null,
    width: even(params.width),
    height: even(params.height),
  };
}

function notCheckable({ upload }: SourceInput): InvalidInputError {
  const field = upload ? "source.upload" : "source.url";
  return new InvalidInputError(
    "SOURCE_NOT_CHECKABLE",
    field,
    `${field}: only scripts (source.manim) and data (source.template) can be checked. Create a video of it instead: what is wrong with it is an error of createVideo, or of the job before it renders.`,
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
  text: Pick<DrawnText, "kind" | "content" | "params">;
  /** Whether the content is a list with the data of many videos. Default false. */
  hasRows?: boolean;
  stills: StillsRequest | null;
}

interface Begun {
  id: string;
  isAwaited: boolean;
  /** A check of an equal source that answers no more. */
  replaced?: SourceCheck;
}

/**
 * Locks: an advisory lock per workspace, held for a few statements, so that equal requests find one row and
 * the limit holds. Considered: the row of the workspace, for which the dispatcher and the quotas wait as
 * well.
 */
export async function beginCheck(
  tx: Tx,
  { workspaceId, text: { kind, content, params }, hasRows = false, stills }: Request,
  now: Date,
): Promise<Begun> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.source-checks'), hashtext(${workspaceId}))`;
  const looks = JSON.stringify({ kind, params, stills, ...(hasRows && { hasRows }) });
  const digest = createHash("sha256").update(looks).update(content).digest("hex");
  const { broker, all } = await readCheckers(tx, workspaceId, now);
  const isPossible = whyNoWorker(kind, all) === null;
  const known = await tx.sourceCheck.findUnique({ where: { workspaceId_digest: { workspaceId, digest } } });
  if (known && answers(known, painterVersions(kind, all), now))
    return { id: known.id, isAwaited: known.status === "PENDING" && (known.sends > 0 || isPossible) };
  if (known) await tx.sourceCheck.delete({ where: { id: known.id } });
  await assertRoom(tx, workspaceId);
  const check = await tx.sourceCheck.create({
    data: {
      workspaceId,
      kind,
      digest,
      script: content,
      params,
      hasRows,
      stills: stills ?? Prisma.DbNull,
      createdAt: now,
      expiresAt: new Date(now.getTime() + KEPT_MS),
    },
  });
  // Otherwise the workers of the gateway ask for it.
  if (whyNoWorker(kind, broker) === null) await sendCheck(tx, check, now);
  return { id: check.id, isAwaited: isPossible, ...(known && { replaced: known }) };
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
