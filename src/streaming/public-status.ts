import { objectKeys, Storyboard } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { assetColumns, assetsOf, errorOf } from "../database/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { variantFraction, videoProgress } from "../progress/index.ts";

/**
 * The columns that a video's public state is made of: nothing that its owner may want to keep, such as title
 * or metadata.
 */
export const statusColumns = {
  id: true,
  workspaceId: true,
  playbackPolicy: true,
  status: true,
  error: true,
  durationMs: true,
  width: true,
  height: true,
  storyboard: true,
  assets: assetColumns,
  hasDash: true,
  createdAt: true,
  updatedAt: true,
  playableAt: true,
  readyAt: true,
  variants: {
    select: {
      name: true,
      position: true,
      status: true,
      codec: true,
      width: true,
      height: true,
      fraction: true,
      etaMs: true,
      videoId: true,
      attemptId: true,
    },
  },
} as const satisfies Prisma.VideoSelect;

export type StatusRows = Prisma.VideoGetPayload<{ select: typeof statusColumns }>;

/** Where the objects of a video are, for the reader of its status. Null: not for this reader. */
export interface StatusAddresses {
  play: (key: string) => string | null;
  download: (key: string) => string | null;
}

/**
 * The content of status.json, and of `/api/video-status/{id}`: what every caller who knows its id may know of
 * a PUBLIC video, and of a SIGNED one every caller with a token. `estimatedMs` is the queue's estimate; when
 * left out, that of its workers, as far as the rows have it. Pure.
 */
export function toPublicStatus(
  video: StatusRows,
  { play, download: downloadAt }: StatusAddresses,
  estimatedMs: number | null = slowestMs(video),
) {
  const isSigned = video.playbackPolicy === "SIGNED";
  const isPlayable = video.playableAt !== null;
  const storyboard = Storyboard.nullable()
    .catch(null)
    .parse(video.storyboard ?? null);
  const { poster, preview, download } = assetsOf(video);
  const error = errorOf(video);
  return {
    id: encodeGlobalId("Video", video.id),
    playbackPolicy: video.playbackPolicy,
    // A rule at a CDN compares it with its keys' workspaces.
    ...(isSigned && { workspaceId: encodeGlobalId("Workspace", video.workspaceId) }),
    status: video.status,
    progress: videoProgress(video.status, video.variants),
    estimatedTime: toSeconds(video.status === "READY" ? 0 : estimatedMs),
    playbackUrl: isPlayable ? play(objectKeys.master(video.id)) : null,
    dashUrl: isPlayable && video.hasDash ? play(objectKeys.dash(video.id)) : null,
    downloadUrl: isPlayable && download ? downloadAt(download.key) : null,
    posterUrl: poster && play(poster.key),
    storyboardUrl: isPlayable && storyboard ? play(storyboard.vttKey) : null,
    previewUrl: isPlayable && preview ? play(preview.key) : null,
    durationMs: video.durationMs,
    width: video.width,
    height: video.height,
    variants: video.variants
      .toSorted((a, b) => a.position - b.position)
      .map(({ name, status, codec, width, height, fraction: done }) => {
        const fraction = variantFraction(status, done);
        return { name, status, codec, width, height, fraction };
      }),
    error: error && { code: error.code, message: error.message },
    createdAt: video.createdAt.toISOString(),
    playableAt: video.playableAt?.toISOString() ?? null,
    readyAt: video.readyAt?.toISOString() ?? null,
    updatedAt: video.updatedAt.toISOString(),
  };
}

/** The slowest variant's own estimate; null while one of them has none. */
function slowestMs({ variants }: StatusRows): number | null {
  const open = variants.filter(({ status }) => status === "PENDING" || status === "RENDERING");
  const etas = open.map(({ etaMs }) => etaMs).filter((etaMs) => etaMs !== null);
  return open.length > 0 && etas.length === open.length ? Math.max(...etas) : null;
}

/** Whole ones, never less than it takes. */
export const toSeconds = (ms: number | null): number | null => ms && Math.ceil(ms / 1_000);
