/** The closed word lists of contracts/states.ts, with what each word means. */

import type { WaitCode as WaitCodeName } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";

const words = <Word extends string>(values: Record<Word, string>) =>
  Object.fromEntries(
    Object.entries<string>(values).map(([word, description]) => [word, { description }]),
  ) as Record<Word, { description: string }>;

export const VideoStatus = builder.enumType("VideoStatus", {
  description: "How far a video is.",
  values: words({
    AWAITING_SOURCE: "The upload has not finished, and nothing plays yet.",
    PROCESSING: "Being rendered; nothing plays yet.",
    PLAYABLE:
      "At least one variant plays from the start; its playlist is growing or complete. The head may play while the upload is under way.",
    READY: "Every variant is settled and at least one is ready.",
    FAILED: "Nothing plays, and nothing more will be tried; `error` says why.",
  }),
});

export const PlaybackPolicy = builder.enumType("PlaybackPolicy", {
  description: "Who may watch a video.",
  values: words({
    PUBLIC: "Everyone who knows its address.",
    SIGNED: "Holders of a playback token: every address of its media carries one.",
  }),
});

export const PlaybackPurpose = builder.enumType("PlaybackPurpose", {
  description:
    "What a playback token is for. None includes another, but for the status, which PLAY opens, too.",
  values: words({
    PLAY: "To play: stream, poster, storyboard, preview, captions and status.",
    DOWNLOAD: "To save the MP4.",
    STATUS: "To follow how far the video is.",
  }),
});

export const VariantStatus = builder.enumType("VariantStatus", {
  description: "How far a variant is.",
  values: words({
    PENDING: "Waiting for a worker.",
    RENDERING: "Being rendered.",
    READY: "Complete.",
    SKIPPED: "Not made, for `skipReason`: rungs above the source are never upscaled.",
    FAILED: "Could not be made; `error` says why.",
    CANCELED: "Its job was canceled before it was complete.",
  }),
});

export const Tier = builder.enumType("Tier", {
  description: "Which rungs matter most.",
  values: words({
    CRITICAL: "Decides whether a viewer can play at all.",
    STANDARD: "What most viewers see.",
    PREMIUM: "Above full HD.",
  }),
});

export const VideoCodec = builder.enumType("VideoCodec", {
  description: "What a rung's picture is coded in: 8 bits, 4:2:0, standard dynamic range.",
  values: words({
    H264: "Plays everywhere.",
    HEVC: "About two thirds of H.264's bits; Apple's devices, most televisions, browsers with hardware for it.",
    AV1: "About half of H.264's bits; new devices and most browsers. The slowest to make.",
  }),
});

export const BitrateMode = builder.enumType("BitrateMode", {
  description: "How a profile's rungs come to their bitrates.",
  values: words({
    FIXED: "The usual quality under the rungs' ceilings.",
    CONTENT_AWARE:
      "Samples of a video of a minute or more decide how coarse each rung may be without anybody seeing it; never above the ceilings.",
  }),
});

export const AudioRole = builder.enumType("AudioRole", {
  description: "What an audio track is for, where it is not the program's own audio.",
  values: words({
    COMMENTARY: "A commentary on the picture.",
    DESCRIPTION: "An audio description, for viewers who cannot see the picture.",
  }),
});

export const CaptionKind = builder.enumType("CaptionKind", {
  description: "What captions say.",
  values: words({
    SUBTITLES: "The spoken words, for viewers who do not understand the language.",
    CAPTIONS: "Everything that is heard, with noises and speakers, for viewers who cannot hear it.",
  }),
});

export const AudioChannels = builder.enumType("AudioChannels", {
  description: "How many channels the audio gets.",
  values: words({
    STEREO: "Two, whatever the source has.",
    SOURCE: "As many as the source has, up to 5.1.",
  }),
});

export const JobKind = builder.enumType("JobKind", {
  description: "What a job does.",
  values: words({
    TRANSCODE: "Turns a source into the variants of a profile.",
    REPAIR: "Makes the damaged or missing parts of a finished video again, from the source.",
    POSTER: "Creates the poster from the frame at a chosen time.",
    PREVIEW: "Makes an animated preview of what is finished.",
    DOWNLOAD: "Puts a finished variant and the audio into one MP4.",
  }),
});

export const DamageCode = builder.enumType("DamageCode", {
  description: "What is wrong with stored objects.",
  values: words({
    SEGMENT_DAMAGED: "A segment, or an initialisation segment, is not what was made.",
    SEGMENT_MISSING: "A segment, or an initialisation segment, is not in the store.",
    OBJECT_DAMAGED: "A poster, storyboard, preview, download or caption file is not what was made.",
    OBJECT_MISSING: "A poster, storyboard, preview, download or caption file is not in the store.",
  }),
});

export const RepairState = builder.enumType("RepairState", {
  description: "What becomes of damage.",
  values: words({
    WAITING: "It is mended as soon as no other job of the video runs.",
    REPAIRING: "A job makes it again.",
    FAILED: "The last job could not mend it. `repairVideo` tries again, and so does Reelay a day later.",
    IMPOSSIBLE: "Nothing is left that it could be made from.",
  }),
});

export const JobPriority = builder.enumType("JobPriority", {
  description: "Which jobs go first.",
  values: words({
    INTERACTIVE: "A user is waiting for the result.",
    STANDARD: "The default.",
    BULK: "Runs after the other priorities. One dispatch in eight goes to the most overdue task of any priority, so bulk jobs always progress.",
  }),
});

export const WaitCode = builder.enumType("WaitCode", {
  description: "What a job waits for.",
  values: words<WaitCodeName>({
    SOURCE: "The source to be uploaded.",
    PAUSED: "The workspace's queue to be resumed.",
    BACKOFF: "The time of its next try.",
    QUOTA: "Others of the workspace to end: it has as many tasks with workers as it may.",
    NO_WORKER:
      "A worker of its pool: none is there, or one of an older version that does not know what it is.",
    FREE_SLOT: "A free worker.",
  }),
});

export const JobPlanKind = builder.enumType("JobPlanKind", {
  description: "Whether a job is one task or many.",
  values: words({
    WHOLE: "One task makes the whole video.",
    SPLIT: "A first task makes the head, which plays at once; others share what comes after it.",
  }),
});

export const JobStatus = builder.enumType("JobStatus", {
  description: "How far a job or a task is. The last three are final.",
  values: words({
    PENDING: "Not yet to be sent: the source is awaited, or a new attempt's time has not come.",
    QUEUED: "Waiting for a worker.",
    RUNNING: "A worker is at it.",
    SUCCEEDED: "Done.",
    FAILED: "Given up; `error` says why.",
    CANCELED: "Stopped on request.",
  }),
});

export const TaskKind = builder.enumType("TaskKind", {
  description: "What a task does.",
  values: words({
    RENDER:
      "The first of a job: renders all variants of a short video from one decode, and the head of a longer one.",
    CHUNK: "Renders the pictures of a later part of the timeline from one decode.",
    AUDIO: "Renders the audio from where the head's ends.",
    DOWNLOAD:
      "Puts a finished variant and the audio into the MP4 that the profile's `download` or `requestDownload` asks for.",
    POSTER: "Takes a picture of the source, at `startMs`.",
    PREVIEW: "Makes an animated preview of a finished variant.",
  }),
});

export const Pool = builder.enumType("Pool", {
  description: "The kind of worker that a task may run on.",
  values: words({ CPU: "Software encoders.", GPU: "Hardware encoders." }),
});

export const JailLevel = builder.enumType("JailLevel", {
  description: "How strongly a worker confines the programs that it runs.",
  values: words({
    NONE: "Not at all, besides a clean environment and a memory limit.",
    LIMITED: "By Landlock, a filter of system calls and resource limits, without namespaces.",
    FULL: "In namespaces of their own, with a filter of system calls and resource limits.",
  }),
});

export const AttemptOutcome = builder.enumType("AttemptOutcome", {
  description: "How an attempt ended.",
  values: words({
    COMPLETED: "All variants are settled and stored.",
    FAILED: "An error that another attempt may not meet.",
    REJECTED: "The input is at fault: no other attempt follows.",
    CANCELED: "Stopped on request.",
    INTERRUPTED:
      "The worker shut down, or had made the head of a source that is still being uploaded; this used no try.",
    LOST: "The worker's reports stopped.",
  }),
});

export const SourceKind = builder.enumType("SourceKind", {
  description: "Where a source comes from.",
  values: words({ UPLOAD: "A client uploads it.", URL: "A worker fetches it." }),
});

export const UploadProtocol = builder.enumType("UploadProtocol", {
  description: "How an upload's address is spoken to.",
  values: words({
    TUS: "tus 1.0, already created: go on with HEAD and PATCH (`uploadUrl` in tus-js-client).",
    GCS_RESUMABLE:
      "A resumable session URI of Google Cloud Storage: PUT chunks of n × 256 KiB, then call `completeUpload`.",
  }),
});

export const ErrorScope = builder.enumType("ErrorScope", {
  description: "Where the cause of an error lies.",
  values: words({
    INPUT: "The source, or the request.",
    WORKER: "The machine that rendered.",
    STORAGE: "The object store.",
    QUOTA: "A quota or another limit.",
    INTERNAL: "Reelay itself.",
  }),
});

export const ApiKeyScope = builder.enumType("ApiKeyScope", {
  description: "What an API key may do. ADMIN includes WRITE, which includes READ; OPERATOR stands alone.",
  values: words({
    READ: "See the workspace.",
    WRITE: "Create, change, cancel, retry and delete.",
    ADMIN: "Manage API keys, webhooks and the queue.",
    OPERATOR:
      "See the fleet that all workspaces share (workers, command lines, slots), and set quotas. Gives no access to a workspace's videos.",
  }),
});

export const QualityMetric = builder.enumType("QualityMetric", {
  description: "How alike pictures are told to be.",
  values: words({
    VMAF: "0 to 100, by Netflix' model vmaf_v0.6.1: what viewers of a 1080p screen would say. 6 points are a difference that half of them see.",
    SSIM: "0 to 1, structural similarity of the brightness; measured where a worker's ffmpeg has no libvmaf.",
  }),
});
