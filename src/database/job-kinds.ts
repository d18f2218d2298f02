import { type KindName, kindOf, kindsThatProduce } from "@reelay/contracts";
import type { SourceKind } from "../../prisma/generated/enums.ts";

/** What the API needs to know of a kind of job besides its operations. */
interface JobTraits {
  /** The kind of its tasks. */
  tasks: KindName;
  /** Its end makes the video READY or FAILED. */
  settlesVideo: boolean;
  /** It renders an edition from another source while the video stays as it is. Default false. */
  rendersEdition?: boolean;
}

const jobTraits = {
  TRANSCODE: { tasks: "TRANSCODE", settlesVideo: true },
  ANIMATION: { tasks: "ANIMATION", settlesVideo: true },
  COMPOSITION: { tasks: "COMPOSITION", settlesVideo: true },
  REPAIR: { tasks: "TRANSCODE", settlesVideo: false },
  // Its first task is that of the video's kind.
  EDITION: { tasks: "COMPOSITION", settlesVideo: false, rendersEdition: true },
  POSTER: { tasks: "POSTER", settlesVideo: false },
  PREVIEW: { tasks: "PREVIEW", settlesVideo: false },
  DOWNLOAD: { tasks: "DOWNLOAD", settlesVideo: false },
} satisfies Record<string, JobTraits>;

/** A kind of job. Rows hold it as text: a kind needs no migration. */
export type JobKind = keyof typeof jobTraits;

/** The tasks of a transcode: the first one, and parts of the timeline. */
const transcodeTasks = ["RENDER", "CHUNK", "AUDIO"] as const;

/** A kind of task, as rows hold it. */
export type TaskKind = (typeof transcodeTasks)[number] | Exclude<KindName, "TRANSCODE">;

const traitsByKind: ReadonlyMap<string, JobTraits> = new Map(Object.entries(jobTraits));

/** Whether the end of such a job makes the video READY or FAILED. */
export const settlesVideo = (kind: string): boolean => traitsByKind.get(kind)?.settlesVideo ?? false;

/** Jobs that render a video from its source: their progress, profile and end are the video's. */
export const videoJobKinds: readonly string[] = Object.keys(jobTraits).filter(settlesVideo);

/** Condition on rows: jobs that render the video. */
export const isVideoJob = { kind: { in: [...videoJobKinds] } };

/** Whether such a job renders an edition of a video that stays as it is meanwhile. */
export const rendersEdition = (kind: string): boolean => traitsByKind.get(kind)?.rendersEdition ?? false;

/** The kind of job that renders an edition. */
export const editionJobKind = Object.keys(jobTraits).find(rendersEdition) as JobKind;

/** Jobs that render a video, or an edition of it, from its source. */
export const renderingJobKinds: readonly string[] = [...videoJobKinds, editionJobKind];

/** Condition on rows: jobs that render the video or an edition of it. */
export const isRenderingJob = { kind: { in: [...renderingJobKinds] } };

/** Jobs that replace finished renditions of a video. */
export const replacingJobKinds: readonly string[] = Object.entries(jobTraits)
  .filter(([kind, { tasks }]) => !renderingJobKinds.includes(kind) && kindOf(tasks)?.produces === "VARIANTS")
  .map(([kind]) => kind);

/** The kinds of sources that a painter draws. The others are media files. */
const drawnKinds: Partial<Record<SourceKind, JobKind>> = { MANIM: "ANIMATION", TEMPLATE: "COMPOSITION" };

/** The kind of job that renders a video with a source of this kind. */
export const videoKindOf = (source: SourceKind): JobKind => drawnKinds[source] ?? "TRANSCODE";

/** Whether sources of this kind are media files. Others are scripts or data, which a painter draws. */
export const isMedia = (source: SourceKind): boolean => drawnKinds[source] === undefined;

/** Jobs that make one asset of a video. Their tasks have the same kind. */
export const assetJobKinds: readonly string[] = kindsThatProduce("ASSET");

/** The kind of a task on the wire. The database tells the parts of a transcode apart. */
export const wireKindOf = (kind: string): string =>
  (transcodeTasks as readonly string[]).includes(kind) ? "TRANSCODE" : kind;

/** The kind of the first task of such a job. Only a transcode has tasks of several kinds. */
export function firstTaskOf(kind: string): TaskKind {
  const tasks = traitsByKind.get(kind)?.tasks;
  if (tasks === undefined) throw new Error(`There is no kind ${kind}.`);
  return tasks === "TRANSCODE" ? "RENDER" : tasks;
}

/** First tasks of the jobs that render a video. */
export const firstVideoTasks: readonly string[] = videoJobKinds.map(firstTaskOf);
