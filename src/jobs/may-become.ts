/**
 * Conditions on the status of rows that may become `to` or already are. An update by id rejects when the row
 * may not.
 */
import {
  type EditionStatus,
  editionRetries,
  editionTransitions,
  type JobStatus,
  jobTransitions,
  statusesBefore,
  type VariantStatus,
  type VideoStatus,
  variantRetries,
  variantTransitions,
  videoRetries,
  videoTransitions,
} from "@reelay/contracts";

/** For jobs and tasks. */
export const jobMayBecome = (to: JobStatus) => ({ in: [to, ...statusesBefore(to, jobTransitions)] });

export const videoMayBecome = (to: VideoStatus) => ({ in: [to, ...statusesBefore(to, videoTransitions)] });

export const variantMayBecome = (to: VariantStatus) => ({
  in: [to, ...statusesBefore(to, variantTransitions)],
});

export const editionMayBecome = (to: EditionStatus) => ({
  in: [to, ...statusesBefore(to, editionTransitions)],
});

/** A retry also reopens editions that were not published. */
export const editionMayRetryAs = (to: EditionStatus) => ({
  in: [to, ...statusesBefore(to, editionTransitions, editionRetries)],
});

/** A retry also reopens settled videos. */
export const videoMayRetryAs = (to: VideoStatus) => ({
  in: [to, ...statusesBefore(to, videoTransitions, videoRetries)],
});

/** A retry also reopens settled variants. */
export const variantMayRetryAs = (to: VariantStatus) => ({
  in: [to, ...statusesBefore(to, variantTransitions, variantRetries)],
});
