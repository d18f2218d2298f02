/**
 * Kinds of jobs, tasks and parts that make something of a video besides its variants, when they are made or beside them: each is one task of a job of its own.
 * Of `DOWNLOAD` a long job's last task may be, too.
 */
export const followUpKinds = ["POSTER", "PREVIEW", "DOWNLOAD"] as const;
export type FollowUpKind = (typeof followUpKinds)[number];

/**
 * Those that workers must say they know (`WorkerSeen.knows`) before they are given one: one that does not cannot read the message. What is not among them every
 * released worker knows.
 */
export const toldTaskKinds = ["POSTER", "PREVIEW"] as const satisfies readonly FollowUpKind[];
