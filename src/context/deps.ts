import type { ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { UploadProtocol } from "../../prisma/generated/enums.ts";
import type { Budgets } from "../costs/index.ts";
import type { LaunchPlan } from "../launches/index.ts";
import type { PlaybackAccess } from "../playback-access/index.ts";
import type { OfferBook } from "../prices/index.ts";
import type { LiveProgress } from "../progress/index.ts";
import type { SecretBox } from "../secrets/index.ts";
import type { Metrics } from "../telemetry/index.ts";

/**
 * Opens and forgets uploads of sources and materials: by tus into the local store, or straight into Google
 * Cloud Storage.
 */
export interface UploadGateway {
  readonly protocol: UploadProtocol;
  /** The address that a client uploads to. `tokenHash` is kept where the address is ours to authorise. */
  open(upload: {
    /** Id of the video or the material. */
    uploadId: string;
    objectKey: string;
    sizeBytes: number;
    contentType: string | null;
    expiresAt: Date;
  }): Promise<{ url: string; tokenHash: string | null }>;
  /** Drops what has been uploaded of it so far. */
  remove(uploadId: string): Promise<void>;
}

/** Requests of this process that wait for the result of their check. */
export interface CheckWaits {
  /**
   * Calls `isOver` until it resolves to true, until `waitMs` have passed, or until this process stops. Does
   * not wait if many requests wait already.
   */
  wait(waitMs: number, isOver: () => Promise<boolean>): Promise<void>;
  /** Ends all waits: the process stops. */
  stop(): void;
}

/** What questions can be written about, by a model or from the bank. */
interface QuestionTopics {
  /** Throws `InvalidInputError` if nothing can be written about the topic, in the language, or verified. */
  assertCanWrite(request: { topic: string; language: string; verify: boolean }): void;
}

/** Which batches have changed. */
export interface BatchNews {
  changed(batchId: string): void;
  /** Resolves at the next change, after `ms` at the latest, or when the signal aborts. */
  next(batchId: string, ms: number, signal: AbortSignal): Promise<void>;
}

/** What operations need. */
export interface OperationDeps {
  db: PrismaClient;
  store: ObjectStore;
  live: LiveProgress;
  uploads: UploadGateway;
  /** Encrypts what is stored and must be readable again. */
  secrets: SecretBox;
  /** Who may watch. */
  playback: PlaybackAccess;
  checkWaits: CheckWaits;
  questionWriter: QuestionTopics;
  batchNews: BatchNews;
  /** The machines that run workers, with their prices. */
  offers: OfferBook;
  /** What jobs may cost. Default: unlimited. */
  budgets?: Budgets;
  /** Where workers are rented. Default: nowhere. */
  launchPlan?: LaunchPlan | undefined;
  clock: () => Date;
  log: Logger;
  /** Default: no metrics. */
  metrics?: Pick<Metrics, "jobCreated" | "leaseReclaimed" | "attemptEnded">;
  limits: {
    uploadBytes: number;
    /** Largest material. */
    materialBytes: number;
    /** Most materials of a workspace. */
    materials: number;
    uploadExpiryMs: number;
    /** Hosts that URL sources may name although they are private. */
    allowPrivateUrls: readonly string[];
    /** The same for webhook endpoints. */
    allowPrivateWebhooks: readonly string[];
    /** Most jobs that a workspace may have under way, unless it says otherwise; null for any number. */
    activeJobs: number | null;
    /** Default maximum number of a workspace's tasks on workers; null: unlimited. */
    runningTasks: number | null;
    /**
     * Most bytes of sources and finished outputs of a workspace, unless it says otherwise. Default: any
     * number.
     */
    storedBytes?: number | null;
    /** Most minutes of source of a workspace per day, unless it says otherwise. Default: any number. */
    sourceMinutesPerDay?: number | null;
    /** Most requests per second of each key, unless its workspace says otherwise. Default: any number. */
    requestsPerSecond?: number | null;
    /**
     * How long a task waits for a worker with a GPU before it goes to the others, in milliseconds. Default
     * 60,000.
     */
    gpuPatienceMs?: number;
    /**
     * How long output stays in the store that a repair or an edition replaced, in milliseconds. Default a
     * day.
     */
    replacedKeptMs?: number;
    /** How long a spoken text is kept that no video uses, in milliseconds. Default 30 days. */
    speechKeptMs?: number;
    /** Videos of at most so many milliseconds are one task. */
    wholeUpToMs: number;
  };
}
