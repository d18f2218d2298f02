import { type AssetKind, type KindName, kindsThatProduce } from "@reelay/contracts";

/** What the API needs to know of a kind of job besides its operations. */
interface JobTraits {
  /** The kind of its tasks. */
  tasks: KindName;
  /** Its end makes the video READY or FAILED. */
  settlesVideo: boolean;
}

const jobTraits = {
  TRANSCODE: { tasks: "TRANSCODE", settlesVideo: true },
  REPAIR: { tasks: "TRANSCODE", settlesVideo: false },
  POSTER: { tasks: "POSTER", settlesVideo: false },
  PREVIEW: { tasks: "PREVIEW", settlesVideo: false },
  DOWNLOAD: { tasks: "DOWNLOAD", settlesVideo: false },
} satisfies Record<string, JobTraits>;

/** A kind of job. Rows hold it as text: a kind needs no migration. */
export type JobKind = keyof typeof jobTraits;

/** The tasks of a transcode: the first one, and parts of the timeline. */
const transcodeTasks = ["RENDER", "CHUNK", "AUDIO"] as const;

/** A kind of task, as rows hold it. */
export type TaskKind = (typeof transcodeTasks)[number] | AssetKind;

const traitsByKind: ReadonlyMap<string, JobTraits> = new Map(Object.entries(jobTraits));

/** Whether the end of such a job makes the video READY or FAILED. */
export const settlesVideo = (kind: string): boolean => traitsByKind.get(kind)?.settlesVideo ?? false;

/** Jobs that render a video from its source: their progress, profile and end are the video's. */
export const videoJobKinds: readonly string[] = Object.keys(jobTraits).filter(settlesVideo);

/** Condition on rows: jobs that render the video. */
export const isVideoJob = { kind: { in: [...videoJobKinds] } };

/** The kind of job that a new video gets. */
export const newVideoKind: JobKind = "TRANSCODE";

/** Jobs that make one asset of a video. Their tasks have the same kind. */
export const assetJobKinds: readonly string[] = kindsThatProduce("ASSET");

/** Tasks that concern one moment of the timeline, not a span of it. */
export const isMomentary = (kind: string): boolean => kind === "POSTER";

/** The kind of a task on the wire. The database tells the parts of a transcode apart. */
export const wireKindOf = (kind: string): string =>
  (transcodeTasks as readonly string[]).includes(kind) ? "TRANSCODE" : kind;

/** The kind, on the wire, of such a job's tasks. */
export const taskKindOf = (kind: string): string => traitsByKind.get(kind)?.tasks ?? kind;
