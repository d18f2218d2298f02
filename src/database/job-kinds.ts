import { type KindName, kindDefinitions } from "@reelay/contracts";
import type { JobKind, TaskKind } from "../../prisma/generated/enums.ts";

/** What the API needs to know of a kind of job besides its operations. */
interface JobTraits {
  /** The kind of its tasks. */
  tasks: KindName;
  /** Its end makes the video READY or FAILED. */
  settlesVideo: boolean;
}

const jobTraits: Readonly<Record<JobKind, JobTraits>> = {
  TRANSCODE: { tasks: "TRANSCODE", settlesVideo: true },
  REPAIR: { tasks: "TRANSCODE", settlesVideo: false },
  POSTER: { tasks: "POSTER", settlesVideo: false },
  PREVIEW: { tasks: "PREVIEW", settlesVideo: false },
  DOWNLOAD: { tasks: "DOWNLOAD", settlesVideo: false },
};

const jobKinds = Object.keys(jobTraits) as JobKind[];

/** Whether the end of such a job makes the video READY or FAILED. */
export const settlesVideo = (kind: JobKind): boolean => jobTraits[kind].settlesVideo;

/** Jobs that render a video from its source: their progress, profile and end are the video's. */
export const videoJobKinds: readonly JobKind[] = jobKinds.filter(settlesVideo);

/** Condition on rows: jobs that render the video. */
export const isVideoJob = { kind: { in: [...videoJobKinds] } };

/** The kind of job that a new video gets. */
export const newVideoKind: JobKind = "TRANSCODE";

/** Jobs that make one asset of a video. */
export const assetJobKinds: readonly JobKind[] = jobKinds.filter(
  (kind) => kindDefinitions[jobTraits[kind].tasks].produces === "ASSET",
);

/** The kind of a task on the wire. The database tells the parts of a transcode apart. */
export const wireKindOf = (kind: TaskKind): KindName =>
  kind in kindDefinitions ? (kind as KindName) : "TRANSCODE";

/** The kind, on the wire, of such a job's tasks. */
export const taskKindOf = (kind: JobKind): KindName => jobTraits[kind].tasks;
