import {
  RenditionPart,
  type TaskPart,
  type TranscodeParams,
  type TranscodeTaskParams,
  transcode,
  type VariantState,
} from "@reelay/contracts";
import type { SplitLimits, TaskWithAll } from "../../jobs/index.ts";
import { asksForStoryboard, JobPlan } from "../render/index.ts";
import { downloadNameOf, isKept, toVariantState, toVideoParams } from "../video-params.ts";

/**
 * The head of a long source in milliseconds: short segments of 1, 1, 2 and 4 s, so that it plays immediately.
 */
const HEAD_MS = 8_000;

export function toTranscodeParams(task: TaskWithAll, limits: SplitLimits): TranscodeParams {
  const { job, kind } = task;
  const own = transcode.taskParams.parse(task.params);
  const { parts } = job.video;
  const params = toVideoParams(task);
  // Made while the source was arriving. The job is not split yet, so its worker has the whole source to look
  // at.
  const hasHead = kind === "RENDER" && job.plan === null && job.onlyVariants.length === 0 && parts.length > 0;
  const laddered = hasHead
    ? parts.map(({ rendition }) => rendition)
    : kind === "RENDER"
      ? null
      : own.renditions;
  return {
    ...params,
    keep: { ...params.keep, ...(hasHead && { parts: parts.map((part) => RenditionPart.parse(part)) }) },
    part: toPart(task, own, limits),
    ...(job.onlyVariants.length > 0 && { only: job.onlyVariants }),
    ...(laddered && { ladder: toLadder(task, laddered) }),
    ...(isLast(task, own) && asksForStoryboard(task) && { storyboard: true }),
    ...downloadNameOf(params.profile),
  };
}

/** The task that makes the whole video or its last pictures, where a storyboard delays nothing. */
const isLast = ({ kind }: TaskWithAll, { endMs }: TranscodeTaskParams): boolean =>
  kind === "RENDER" || (kind === "CHUNK" && endMs === null);

function toPart(
  { kind, job }: TaskWithAll,
  { startMs, endMs, renditions }: TranscodeTaskParams,
  { wholeUpToMs }: SplitLimits,
): TaskPart {
  switch (kind) {
    case "CHUNK":
      return { kind, startMs, endMs };
    case "AUDIO":
      return { kind, startMs, ...(renditions.length > 0 && { renditions }) };
    default: {
      const plan = JobPlan.nullable().parse(job.plan);
      return { kind: "HEAD", wholeUpToMs, headMs: plan?.headEndMs ?? HEAD_MS };
    }
  }
}

/** The variants as the head's worker planned them. Those that are finished by now are not made again. */
function toLadder({ job }: TaskWithAll, renditions: readonly string[]): VariantState[] {
  const encoders = JobPlan.nullable().parse(job.plan)?.encoders ?? {};
  return job.video.variants
    .filter(
      (variant) => renditions.includes(variant.name) && variant.status !== "SKIPPED" && !isKept(job, variant),
    )
    .toSorted((a, b) => a.position - b.position)
    .map((variant) => {
      const encoder = encoders[variant.name];
      const planned = toVariantState({ ...variant, status: "PENDING", playlist: null });
      return Object.assign(planned, encoder !== undefined && { encoder });
    });
}
