/** The enumerations of contracts/states.ts, with the meaning of each value. */

import type {
  DrawingStep,
  AnimationRenderer as Renderer,
  IssueSeverity as Severity,
} from "@reelay/contracts";
import type { Field } from "@reelay/questions";
import type { WaitCode as WaitCodeName } from "../../src/jobs/index.ts";
import type { EstimateBasis as Basis } from "../../src/source-checks/index.ts";
import type { ManimQuality as Quality, AspectRatio as Shape } from "../../src/videos/index.ts";
import type { WorkBasis as Work } from "../../src/work/index.ts";
import { builder } from "../builder.ts";

const words = <Word extends string>(values: Record<Word, string>) =>
  Object.fromEntries(
    Object.entries<string>(values).map(([word, description]) => [word, { description }]),
  ) as Record<Word, { description: string }>;

export const VideoStatus = builder.enumType("VideoStatus", {
  description: "Status of a video.",
  values: words({
    AWAITING_SOURCE: "The upload is not complete, and nothing plays yet.",
    PROCESSING: "The video is being rendered, and nothing plays yet.",
    PLAYABLE:
      "At least one variant plays from the start; its playlist is growing or complete. The head may play during the upload.",
    READY: "Every variant is settled, and at least one is ready.",
    FAILED: "Nothing plays, and no further attempt follows. `error` has the reason.",
  }),
});

export const PlaybackPolicy = builder.enumType("PlaybackPolicy", {
  description: "Who may watch a video.",
  values: words({
    PUBLIC: "Anyone who knows the address.",
    SIGNED: "Holders of a playback token, which every media address carries.",
  }),
});

export const PlaybackPurpose = builder.enumType("PlaybackPurpose", {
  description: "Purpose of a playback token. No purpose includes another, except that PLAY includes STATUS.",
  values: words({
    PLAY: "Play the video: stream, poster, storyboard, preview, captions and status.",
    DOWNLOAD: "Download the MP4.",
    STATUS: "Read the video's status and progress.",
  }),
});

export const MaterialStatus = builder.enumType("MaterialStatus", {
  description: "Status of a material.",
  values: words({
    AWAITING_UPLOAD: "The upload is not complete.",
    READY: "Scripts can use it.",
    FAILED: "Scripts cannot use it. `error` has the reason.",
  }),
});

export const MaterialKind = builder.enumType("MaterialKind", {
  description: "What a material is. Its content decides, not its name.",
  values: words({
    FONT: "A font: TTF, OTF or TTC.",
    IMAGE: "A picture: PNG, JPEG, GIF, WebP, BMP, TIFF or SVG.",
    AUDIO: "A sound: WAV, MP3, FLAC, Ogg, AIFF, AAC or M4A.",
    VIDEO: "A clip for the background of a template: MP4, MOV, WebM or MKV.",
    TABLE: "Rows for a batch: a file named .csv, .tsv or .xlsx.",
    ARCHIVE: "A template for `createTemplate`: a file named .zip.",
  }),
});

export const TemplateStatus = builder.enumType("TemplateStatus", {
  description: "Status of a template.",
  values: words({
    CHECKING: "A worker draws its example.",
    READY: "Videos can use it.",
    FAILED: "Videos cannot use it. `issues` or `error` has the reason.",
  }),
});

export const QuestionSetOrigin = builder.enumType("QuestionSetOrigin", {
  description: "Where the questions of a set come from.",
  values: words({
    GENERATED: "Written by a model, or dealt from the built-in bank.",
    IMPORTED: "Read from a CSV or a JSON text.",
  }),
});

export const QuestionSetStatus = builder.enumType("QuestionSetStatus", {
  description: "Status of a question set.",
  values: words({
    GENERATING: "The questions are being written.",
    READY: "The set has its questions. With fewer than requested, `issues` has the reason.",
    FAILED: "No question could be written. `error` has the reason.",
  }),
});

export const QuestionStatus = builder.enumType("QuestionStatus", {
  description: "Whether a question is used.",
  values: words({
    ACCEPTED: "It passed the checks and is used.",
    REJECTED: "It failed a check, or a person rejected it. `rejection` has the reason.",
  }),
});

export const QuestionDifficulty = builder.enumType("QuestionDifficulty", {
  description: "Difficulty of a question.",
  values: words({
    EASY: "Most people know the answer.",
    MEDIUM: "Some people know the answer.",
    HARD: "Few people know the answer.",
  }),
});

export const QuestionField = builder.enumType("QuestionField", {
  description: "A field of a question in a table.",
  values: {
    QUESTION: { value: "question", description: "Text of the question." },
    OPTION1: { value: "option1", description: "Option A." },
    OPTION2: { value: "option2", description: "Option B." },
    OPTION3: { value: "option3", description: "Option C." },
    OPTION4: { value: "option4", description: "Option D." },
    ANSWER: { value: "answer", description: "Letter, number or text of the right option." },
    CATEGORY: { value: "category", description: "Category." },
    DIFFICULTY: { value: "difficulty", description: "easy, medium or hard." },
    EXPLANATION: { value: "explanation", description: "Why the answer is right." },
    ATTRIBUTION: { value: "attribution", description: "Source, licence in brackets, and address." },
  } as const satisfies Record<string, { value: Field; description: string }>,
});

export const BatchStatus = builder.enumType("BatchStatus", {
  description: "Status of a batch.",
  values: words({
    CHECKING: "Its rows are read and checked.",
    CHECKED: "Its rows are checked. `startBatch` starts it.",
    RUNNING: "Its videos are made.",
    PAUSED: "No more videos are requested. Those that were go on.",
    SUCCEEDED: "Every row is READY or a duplicate.",
    PARTIAL: "It ended, and some rows are INVALID, FAILED or CANCELED.",
    CANCELED: "It was canceled. Finished videos stay.",
    FAILED: "Its rows could not be checked. `error` has the reason.",
  }),
});

export const BatchRowStatus = builder.enumType("BatchRowStatus", {
  description: "Status of a row of a batch. With a video it follows that video.",
  values: words({
    VALID: "It passed the checks and waits for its video.",
    INVALID: "It cannot become a video. `issues` has the reasons.",
    DUPLICATE: "It equals an earlier row, and gets no video of its own.",
    QUEUED: "Its video waits for a worker.",
    RUNNING: "Its video is being rendered.",
    READY: "Its video is complete.",
    FAILED: "Its video could not be made. `error` has the reason.",
    CANCELED: "It was canceled before its video was complete.",
  }),
});

export const VariantStatus = builder.enumType("VariantStatus", {
  description: "Status of a variant.",
  values: words({
    PENDING: "Waits for a worker.",
    RENDERING: "Being rendered.",
    READY: "Complete.",
    SKIPPED: "Not rendered; `skipReason` has the reason. Rungs above the source are never upscaled.",
    FAILED: "Could not be rendered; `error` has the reason.",
    CANCELED: "Its job was canceled before it was complete.",
  }),
});

export const EditionStatus = builder.enumType("EditionStatus", {
  description: "Status of an edition.",
  values: words({
    RENDERING: "Waits for a worker or is being rendered, while the published edition plays.",
    PUBLISHED: "What viewers get.",
    REPLACED: "Was published until a newer edition took its place.",
    FAILED: "Could not be rendered; `error` has the reason. Viewers still get the published edition.",
    CANCELED: "Its job was canceled, or a newer edition was requested before it was finished.",
  }),
});

export const Tier = builder.enumType("Tier", {
  description: "Importance of a rung.",
  values: words({
    CRITICAL: "Decides whether a viewer can play at all.",
    STANDARD: "What most viewers see.",
    PREMIUM: "Above full HD.",
  }),
});

export const VideoCodec = builder.enumType("VideoCodec", {
  description: "Video codec of a rung: 8-bit 4:2:0, standard dynamic range.",
  values: words({
    H264: "Plays everywhere.",
    HEVC: "About two thirds of H.264's bitrate. Plays on Apple devices, most televisions, and browsers with hardware support.",
    AV1: "About half of H.264's bitrate. Plays on new devices and in most browsers. Slowest to encode.",
  }),
});

export const BitrateMode = builder.enumType("BitrateMode", {
  description: "How the bitrates of a profile's rungs are chosen.",
  values: words({
    FIXED: "The usual quality, limited by the rungs' ceilings.",
    CONTENT_AWARE:
      "For videos of a minute or more, samples decide how coarse each rung may be without a visible difference. Never exceeds the ceilings.",
  }),
});

export const AudioRole = builder.enumType("AudioRole", {
  description: "Purpose of an audio track other than the program's main audio.",
  values: words({
    COMMENTARY: "A commentary.",
    DESCRIPTION: "An audio description, for viewers who cannot see the video.",
  }),
});

export const CaptionKind = builder.enumType("CaptionKind", {
  description: "What captions say.",
  values: words({
    SUBTITLES: "The spoken words, for viewers who do not understand the language.",
    CAPTIONS: "All speech and sounds, with speakers, for viewers who cannot hear.",
  }),
});

export const AudioChannels = builder.enumType("AudioChannels", {
  description: "Number of audio channels.",
  values: words({
    STEREO: "Two, whatever the source has.",
    SOURCE: "As many as the source has, up to 5.1.",
  }),
});

export const JobKind = builder.enumType("JobKind", {
  description: "Purpose of a job.",
  values: words({
    TRANSCODE: "Renders the variants of a profile from a source.",
    ANIMATION: "Draws a script, and renders the variants of a profile from its frames.",
    COMPOSITION: "Draws and speaks a template's data, and renders the variants of a profile from its frames.",
    REPAIR: "Makes the damaged or missing parts of a finished video again from the source.",
    EDITION: "Renders a corrected source of a video while the published edition plays.",
    POSTER: "Creates the poster from the frame at a chosen time.",
    PREVIEW: "Creates an animated preview from the finished variants.",
    DOWNLOAD: "Combines a finished variant and the audio into one MP4.",
  }),
});

export const DamageCode = builder.enumType("DamageCode", {
  description: "Kind of damage of stored objects.",
  values: words({
    SEGMENT_DAMAGED: "A segment or an initialization segment is altered.",
    SEGMENT_MISSING: "A segment or an initialization segment is missing.",
    OBJECT_DAMAGED: "A poster, storyboard, preview, download or caption file is altered.",
    OBJECT_MISSING: "A poster, storyboard, preview, download or caption file is missing.",
  }),
});

export const RepairState = builder.enumType("RepairState", {
  description: "State of a repair.",
  values: words({
    WAITING: "Starts as soon as no other job of the video runs.",
    REPAIRING: "A job is making the objects again.",
    FAILED:
      "The last repair failed. `repairVideo` tries again, and Reelay does so automatically after a day.",
    IMPOSSIBLE: "The video has nothing left to repair from.",
  }),
});

export const JobPriority = builder.enumType("JobPriority", {
  description: "Priority of a job.",
  values: words({
    INTERACTIVE: "A user is waiting for the result.",
    STANDARD: "The default.",
    BULK: "Runs after the other priorities. One dispatch in eight goes to the most overdue task of any priority, so bulk jobs always progress.",
  }),
});

export const WaitCode = builder.enumType("WaitCode", {
  description: "What a job waits for.",
  values: words<WaitCodeName>({
    SOURCE: "The upload of the source.",
    JOB: "Another job of the video (`Job.dependsOn`), whose output it needs.",
    PAUSED: "The workspace's queue is paused.",
    BACKOFF: "The pause before the next try.",
    QUOTA: "Other tasks of the workspace: it has reached its limit of running tasks.",
    BUDGET: "Money: its estimate does not fit into a budget now. `waitReason` has the figures.",
    NO_WORKER:
      "A worker that meets the task's requirements: its kind, a GPU, an encoder, memory or a jail. `waitReason` says what is missing.",
    FREE_SLOT: "A free worker.",
  }),
});

export const JobPlanKind = builder.enumType("JobPlanKind", {
  description: "How a job is divided into tasks.",
  values: words({
    WHOLE: "One task renders the whole video.",
    SPLIT: "A first task renders the head, which plays immediately; other tasks share the rest.",
  }),
});

export const JobStatus = builder.enumType("JobStatus", {
  description: "Status of a job or task. The last three are final.",
  values: words({
    PENDING:
      "Not ready: the source is missing, another job must succeed first, or the pause before the next attempt has not ended.",
    QUEUED: "Waits for a worker.",
    RUNNING: "Runs on a worker.",
    SUCCEEDED: "Done.",
    FAILED: "Given up; `error` says why.",
    CANCELED: "Stopped on request.",
  }),
});

export const TaskKind = builder.enumType("TaskKind", {
  description: "Kind of a task.",
  values: words({
    RENDER:
      "First task of a job: renders all variants of a short video in one pass, or the head of a longer one.",
    CHUNK: "Renders the video of a later part of the timeline, with all variants in one pass.",
    AUDIO: "Renders the audio after the head.",
    ANIMATION: "Draws a script, and renders all variants in the same pass.",
    COMPOSITION:
      "Draws and speaks a template's data, and renders all variants in the same pass. Further tasks draw later scenes of a long video.",
    DOWNLOAD:
      "Combines a finished variant and the audio into the MP4 that the profile's `download` or `requestDownload` asks for.",
    POSTER: "Takes a still from the source at `startMs`, or from a finished variant.",
    PREVIEW: "Creates an animated preview from a finished variant.",
  }),
});

export const Pool = builder.enumType("Pool", {
  description: "Kind of worker that a task may run on.",
  values: words({ CPU: "Software encoders.", GPU: "Hardware encoders." }),
});

export const JailLevel = builder.enumType("JailLevel", {
  description: "Isolation of the programs that a worker runs.",
  values: words({
    NONE: "No isolation except a clean environment and a memory limit.",
    LIMITED: "Landlock, a system call filter and resource limits, without namespaces.",
    FULL: "Own namespaces, a system call filter and resource limits.",
  }),
});

export const AttemptOutcome = builder.enumType("AttemptOutcome", {
  description: "How an attempt ended.",
  values: words({
    COMPLETED: "All variants are settled and stored.",
    FAILED: "Failed with an error that another attempt may avoid.",
    REJECTED: "The input is at fault. No other attempt follows.",
    CANCELED: "Stopped on request.",
    INTERRUPTED:
      "The worker shut down, reached the end of the uploaded data, or made the copy that plays while its slots were taken. Uses no try.",
    LOST: "The worker stopped reporting.",
  }),
});

export const SourceKind = builder.enumType("SourceKind", {
  description: "Origin of a source.",
  values: words({
    UPLOAD: "A client uploads it.",
    URL: "A worker downloads it.",
    MANIM: "A Manim script, which a worker draws.",
    TEMPLATE: "Data for a template, which a worker draws and speaks.",
  }),
});

export const ManimQuality = builder.enumType("ManimQuality", {
  description: "Size of a wide picture in pixels, and frames per second. The names are Manim's.",
  values: words<Quality>({
    LOW: "854 × 480 at 15.",
    MEDIUM: "1280 × 720 at 30.",
    HIGH: "1920 × 1080 at 60.",
    PRODUCTION: "2560 × 1440 at 60.",
    FOUR_K: "3840 × 2160 at 60.",
  }),
});

export const AspectRatio = builder.enumType("AspectRatio", {
  description: "Shape of a picture.",
  values: words<Shape>({ WIDE: "16:9.", TALL: "9:16.", SQUARE: "1:1." }),
});

export const AnimationRenderer = builder.enumType("AnimationRenderer", {
  description: "How Manim draws.",
  values: words<Renderer>({
    CAIRO: "For flat scenes.",
    OPENGL: "For scenes in three dimensions. Needs no GPU.",
  }),
});

/** The kind of a step that names none. */
export const ANIMATION_STEP = "ANIMATION" as const;

export const StepKind = builder.enumType("StepKind", {
  description: "What a step of a job is.",
  values: words<typeof ANIMATION_STEP | NonNullable<DrawingStep["kind"]>>({
    [ANIMATION_STEP]: "A call of `play` or `wait` in a script.",
    SCENE: "A scene of a template, e.g. a question.",
  }),
});

export const SourceCheckStatus = builder.enumType("SourceCheckStatus", {
  description: "Status of a check. The last two are final.",
  values: words({
    PENDING: "Waits for a worker, or is being checked.",
    SUCCEEDED: "Checked. The source may still have problems: see `issues`.",
    FAILED: "Could not be checked, through no fault of the source. `error` has the reason.",
  }),
});

export const IssueSeverity = builder.enumType("IssueSeverity", {
  description: "What follows from a problem of a source.",
  values: words<Severity>({
    ERROR: "A video of this source fails.",
    WARNING: "A video of this source may fail, or may not be what its author expects.",
  }),
});

export const EstimateBasis = builder.enumType("EstimateBasis", {
  description: "What an estimate is based on.",
  values: words<Basis>({
    MEASURED: "Videos that this installation has finished.",
    DEFAULT: "Figures that were measured once on another machine.",
  }),
});

export const WorkBasis = builder.enumType("WorkBasis", {
  description: "What the estimate of a render is based on.",
  values: words<Work>({
    MEASURED: "At least 20 finished videos of the kind on such machines.",
    FEW: "Fewer finished videos of the kind on such machines.",
    SCALED: "Finished videos of the kind on other machines.",
    DEFAULT: "Figures that were measured once on another machine.",
  }),
});

export const UploadProtocol = builder.enumType("UploadProtocol", {
  description: "Protocol of an upload address.",
  values: words({
    TUS: "tus 1.0, already created: continue with HEAD and PATCH (`uploadUrl` in tus-js-client).",
    GCS_RESUMABLE:
      "A resumable session URI of Google Cloud Storage: PUT chunks of n × 256 KiB, then call `completeUpload`.",
  }),
});

export const ErrorScope = builder.enumType("ErrorScope", {
  description: "Origin of an error.",
  values: words({
    INPUT: "The source, or the request.",
    WORKER: "The machine that rendered.",
    STORAGE: "The object store.",
    QUOTA: "A quota or another limit.",
    INTERNAL: "Reelay itself.",
  }),
});

export const ApiKeyScope = builder.enumType("ApiKeyScope", {
  description: "Permission of an API key. ADMIN includes WRITE, which includes READ. OPERATOR is separate.",
  values: words({
    READ: "See the workspace.",
    WRITE: "Create, change, cancel, retry and delete.",
    ADMIN: "Manage API keys, webhooks and the queue.",
    OPERATOR:
      "See the fleet that all workspaces share (workers, command lines, slots), and set quotas. Grants no access to a workspace's videos.",
  }),
});

export const WorkerRealm = builder.enumType("WorkerRealm", {
  description: "Whose machine a worker runs on.",
  values: words({
    OWN: "The operator's own machine.",
    CLOUD: "A machine in the operator's account at a cloud provider.",
    THIRD_PARTY: "A machine of another owner, e.g. at a GPU marketplace.",
  }),
});

export const LaunchStatus = builder.enumType("LaunchStatus", {
  description: "State of a launch.",
  values: words({
    PLANNED: "The provider has not accepted it, as far as is known.",
    STARTING: "The provider has accepted it; its worker has not joined.",
    RUNNING: "Its worker has joined.",
    ENDED: "Its worker has left, or was lost.",
    FAILED: "No worker joined.",
  }),
});

export const QualityMetric = builder.enumType("QualityMetric", {
  description: "Metric of video quality.",
  values: words({
    VMAF: "0 to 100, Netflix' model vmaf_v0.6.1 for viewers of a 1080p screen. About half of the viewers see a difference of 6 points.",
    SSIM: "0 to 1, structural similarity of the luma. Used if a worker's ffmpeg has no libvmaf.",
  }),
});
