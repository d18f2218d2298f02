import type { RenderState } from "@reelay/contracts";
import type { Prisma } from "../../../../prisma/generated/client.ts";
import { assetColumns } from "../../../database/index.ts";
import type { Change } from "../../../events/index.ts";
import type { StateReport } from "../../../jobs/index.ts";

/** A video with everything that reports change. */
export const videoRows = {
  ...{ variants: true, audioTracks: true, captionTracks: true, source: true },
  assets: assetColumns,
} as const;
export type VideoRows = Prisma.VideoGetPayload<{ include: typeof videoRows }>;

/** A state report of a kind that produces variants. */
export type VariantsReport = StateReport & { result: RenderState };

export interface AudioChanges {
  /** The rows after the change. */
  written: VideoRows["audioTracks"];
  /** Names. */
  removed: string[];
}

/** What applying a state writes: only what differs from the rows. */
export interface StatePlan {
  video: Partial<Omit<VideoRows, keyof typeof videoRows>>;
  source: Partial<NonNullable<VideoRows["source"]>>;
  variants: VideoRows["variants"];
  audioTracks: AudioChanges;
  /** New ones. Each replaces the previous one of its kind. */
  assets: VideoRows["assets"];
  changes: Change[];
  /** The rows after the change. */
  after: VideoRows;
}
