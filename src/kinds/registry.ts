/** The kinds of jobs. A kind without an operation does not compile. */
import { type JobKind, wireKindOf } from "../database/index.ts";
import type { KindOperations, KindRegistry, ScopedTask, TaskScope } from "../jobs/index.ts";
import { animation } from "./animation/index.ts";
import { assetKinds } from "./asset-kinds.ts";
import { composition } from "./composition/index.ts";
import { edition } from "./edition/index.ts";
import { repair } from "./repair/index.ts";
import { transcode } from "./transcode/index.ts";

export const kinds = {
  TRANSCODE: transcode,
  ANIMATION: animation,
  COMPOSITION: composition,
  REPAIR: repair,
  EDITION: edition,
  ...assetKinds,
} satisfies Record<JobKind, KindOperations>;

const wholeVideo: TaskScope = { startMs: 0, endMs: null, makes: () => false };

export const taskScope = (task: ScopedTask): TaskScope =>
  (kinds as KindRegistry)[wireKindOf(task.kind)]?.toScope?.(task) ?? wholeVideo;
