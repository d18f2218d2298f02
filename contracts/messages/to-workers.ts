import { z } from "zod";
import { Profile } from "../profile.ts";
import { jobPriorities, pools } from "../states.ts";
import { StoredFile } from "../stored-folder.ts";
import { AudioState, RenditionPart, VariantState } from "./render-state.ts";

/** Of the video's timeline; 0 is its first picture or sound. */
const milliseconds = z.int32().nonnegative();

/**
 * The source lies in the store, or must first be fetched from a URL and stored under `key`. `arriving`: its upload is under way, and enough of it
 * is here for the head; it is to be read where the store keeps what arrives (`ObjectStore.arrivingPath`), unless it is in the store by now.
 */
export const SourceRef = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("object"),
    key: z.string(),
    /** With the size that it will have. */
    arriving: z
      .object({ uploadId: z.string().regex(/^[\w-]{1,100}$/), sizeBytes: z.int().positive() })
      .optional(),
  }),
  z.object({ kind: z.literal("url"), url: z.string(), key: z.string() }),
]);
export type SourceRef = z.infer<typeof SourceRef>;

/**
 * What of the video's timeline a task is for. `HEAD`: the worker decides by what it probes; a source of at most `wholeUpToMs` (or of unknown
 * length) is made whole, of a longer one only `[0, headMs)`, picture and sound. `CHUNK`: the pictures of `[startMs, endMs)`; without an end
 * to the source's. `AUDIO`: the sound from where the head's ends. `DOWNLOAD`: nothing of the source: the profile's download, of the variants and the sound in
 * `keep`, whose playlists are complete. `POSTER`: the picture at `atMs`, of the source, or of the variants in `keep` where that is not kept. `PREVIEW`: an animated
 * preview of the variants in `keep`.
 */
export const TaskPart = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("HEAD"), wholeUpToMs: milliseconds, headMs: milliseconds }),
  z.object({ kind: z.literal("CHUNK"), startMs: milliseconds, endMs: milliseconds.nullable() }),
  z.object({
    kind: z.literal("AUDIO"),
    startMs: milliseconds,
    /** Names of the sound renditions to make; all that the source has when left out. */
    renditions: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal("DOWNLOAD") }),
  z.object({ kind: z.literal("POSTER"), atMs: milliseconds }),
  z.object({ kind: z.literal("PREVIEW") }),
]);
export type TaskPart = z.infer<typeof TaskPart>;

/** A task to do: everything that a worker needs. */
export const RenderRequested = z.object({
  type: z.literal("render.requested.v1"),
  videoId: z.uuid(),
  jobId: z.uuid(),
  taskId: z.uuid(),
  pool: z.enum(pools),
  priority: z.enum(jobPriorities),
  source: SourceRef,
  profile: Profile,
  /** Variants (and the audio) that earlier attempts finished and published: not made again. */
  keep: z.object({
    variants: z.array(VariantState),
    audio: AudioState.nullable(),
    /** Of further tracks. */
    audios: z.array(AudioState).optional(),
    /** Of a head: what an earlier attempt at it made whole, of the variants in `ladder`, while the source was still arriving. */
    parts: z.array(RenditionPart).optional(),
  }),
  /**
   * How many attempts the task has had. The reports of an attempt repeat it, and it can take the lease only while it is still so: one that
   * was told to stop, or that began from an old copy of the message, never holds a later turn.
   */
  turn: z.int32().nonnegative().optional(),
  /** Names of the variants to make and to report of, nothing else; the whole ladder when left out. */
  only: z.array(z.string()).min(1).optional(),
  /** The whole video when left out. */
  part: TaskPart.optional(),
  /**
   * With a `CHUNK` or `AUDIO`: the variants as the head's worker planned them, to be made just so. For a chunk: those to make, no others. With
   * `keep.parts`: what those were made by.
   */
  ladder: z.array(VariantState).optional(),
  /** File name of a download, without folders. Default `video.mp4`. */
  downloadName: z
    .string()
    .regex(/^[^/\\\p{Cc}]+\.mp4$/u)
    .max(200)
    .optional(),
  /** With a `DOWNLOAD`: the checksums of what it is made of, by folder (a key prefix that ends in `/`). What is not listed is not compared. */
  sums: z.array(z.object({ prefix: z.string(), files: z.array(StoredFile) })).optional(),
  /** Bytes that the workspace's storage quota has room for; only for a source that is fetched from a URL. Default: any number. */
  maxSourceBytes: z.int().nonnegative().optional(),
  /** A storyboard is to be made, too, once all else is. */
  storyboard: z.boolean().optional(),
  /** A worker found that it had too little memory for the task: what one needs on which it fits. Smaller ones hand it back. */
  needsMemoryBytes: z.int().nonnegative().optional(),
  /** How many of its attempts ran out of memory, although it had been estimated to suffice: each doubles the next estimate. */
  outOfMemory: z.int32().nonnegative().optional(),
  requestedAt: z.iso.datetime(),
});
export type RenderRequested = z.infer<typeof RenderRequested>;

/** Stop one attempt: the user canceled the job, or the attempt does not (any longer) hold the lease. */
export const RenderCancelRequested = z.object({
  type: z.literal("render.cancel-requested.v1"),
  taskId: z.uuid(),
  attemptId: z.uuid(),
  workerId: z.string(),
  reason: z.enum(["CANCELED", "LEASE_LOST"]),
  /**
   * With `LEASE_LOST`: what of the attempt's output the video names (`720p`, `audio`, `poster.jpg`) and that must stay. All else below its
   * prefix is to be removed. Left out: remove what is not finished.
   */
  keep: z.array(z.string()).optional(),
  requestedAt: z.iso.datetime(),
});
export type RenderCancelRequested = z.infer<typeof RenderCancelRequested>;
