import type { RenderState } from "@reelay/contracts";
import type { Change } from "../../../events/index.ts";
import type { StatePlan, VideoRows } from "./state-plan.ts";

const LARGEST_INT = 2_147_483_647;

/**
 * The first report about a source and its probe counts. A drawing is counted first, and is as long as what
 * was drawn in the end. Pure.
 */
export function planSource(
  rows: VideoRows,
  told: RenderState["source"],
  { now, isCompleted }: { now: Date; isCompleted: boolean },
): Pick<StatePlan, "source" | "video" | "changes"> {
  const known = rows.source;
  const plan = { source: {}, video: {}, changes: [] as Change[] };
  if (told === null || known === null) return plan;
  if (known.receivedAt === null) {
    const contentType = told.contentType ?? known.contentType;
    plan.source = {
      objectKey: told.key,
      sizeBytes: BigInt(told.sizeBytes),
      contentType,
      receivedAt: now,
    };
    plan.changes.push({ type: "video.source-received" });
  }
  if (told.probe === null) return plan;
  const { video } = told.probe;
  const durationMs = toInt(told.probe.durationMs);
  if (known.probe !== null) {
    const isDrawn = known.kind === "MANIM" || known.kind === "TEMPLATE";
    if (isDrawn && isCompleted && durationMs !== null && durationMs !== rows.durationMs) {
      plan.source = { ...plan.source, probe: told.probe };
      plan.video = { durationMs };
    }
    return plan;
  }
  const { nonStandardReasons } = told;
  plan.source = { ...plan.source, probe: told.probe };
  plan.video = {
    durationMs,
    width: video?.width ?? null,
    height: video?.height ?? null,
    frameRate: video?.frameRate ?? null,
    ...(nonStandardReasons && { nonStandardReasons }),
  };
  plan.changes.push({ type: "video.probed" });
  return plan;
}

const toInt = (ms: number | null): number | null =>
  ms === null ? null : Math.min(Math.round(ms), LARGEST_INT);
