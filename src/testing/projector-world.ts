/** Events of a few videos as steps that can occur in any order, for the projector's property tests. */
import { decodeMessage, encodeMessage, type Message, type Report } from "@reelay/contracts";
import { type Arbitrary, constant, constantFrom, nat, noBias, oneof, record } from "fast-check";
import { cancelJob } from "../jobs/index.ts";
import { retryJob } from "../kinds/index.ts";
import { createVideo, deleteVideo, receiveSource } from "../videos/index.ts";
import { ModelAttempt, seen } from "./model-worker.ts";
import type { createProjection } from "./projection.ts";

type Projection = Awaited<ReturnType<typeof createProjection>>;

const ends = ["COMPLETED", "FAILED", "REJECTED", "INTERRUPTED", "CANCELED"] as const;

/** `which` picks among the available choices, so that every sequence of steps is possible. */
export type Step =
  | { do: "create"; upload: boolean }
  | { do: "arrive" | "cancel" | "retry" | "delete"; which: number }
  | { do: "take"; which: number; worker: number }
  | { do: "advance"; which: number; by: number }
  | { do: "progress" | "obey" | "see" | "lose"; which: number }
  | { do: "lie"; which: number; sequence: number }
  | { do: "end"; which: number; as: (typeof ends)[number] }
  | { do: "deliver"; which: number; again: boolean }
  | { do: "pass"; ms: number }
  | { do: "sweep" };

/** Without fast-check's bias towards small numbers, which here would mean the order of sending. */
const which = noBias(nat(50));
const pick = <K extends string>(kind: K) => record({ do: constant(kind), which });
const weighted = (weight: number, arbitrary: Arbitrary<Step>) => ({ weight, arbitrary });
export const step: Arbitrary<Step> = oneof(
  weighted(2, record({ do: constant("create"), upload: constantFrom(true, false, false) })),
  weighted(1, oneof(pick("arrive"), pick("cancel"), pick("retry"), pick("retry"), pick("see"), pick("obey"))),
  weighted(1, oneof(pick("arrive"), pick("cancel"), pick("delete"), pick("lose"), pick("retry"))),
  weighted(5, record({ do: constant("take"), which, worker: nat(2) })),
  weighted(6, record({ do: constant("advance"), which, by: constantFrom(1, 1, 2, 4) })),
  weighted(1, pick("progress")),
  weighted(1, record({ do: constant("lie"), which, sequence: constantFrom(1, 2, 50, 2_147_483_647) })),
  weighted(3, record({ do: constant("end"), which, as: constantFrom(...ends) })),
  weighted(14, record({ do: constant("deliver"), which, again: constantFrom(true, false, false) })),
  weighted(1, record({ do: constant("pass"), ms: constantFrom(1_000, 10_000, 31_000, 61_000) })),
  weighted(2, constant({ do: "sweep" })),
);

/** The history of one run. */
export class World {
  readonly #system: Projection;
  readonly videos: string[] = [];
  readonly attempts: ModelAttempt[] = [];
  /** Published, and neither lost nor delivered for the last time. */
  readonly mail: Report[] = [];
  /** All messages ever sent to workers. */
  readonly sent: Message[] = [];
  /** Attempts that were notified that they do not hold their lease. */
  readonly refused = new Set<string>();

  constructor(system: Projection) {
    this.#system = system;
  }

  /** Returns the report that was applied, if one was. */
  async take(step: Step): Promise<Report | null> {
    if (step.do === "deliver") return await this.#deliver(step);
    await this.#act(step);
    return null;
  }

  async #deliver({ which, again }: Extract<Step, { do: "deliver" }>): Promise<Report | null> {
    const index = which % Math.max(1, Math.min(6, this.mail.length));
    const report = this.mail[index];
    if (!report) return null;
    if (!again) this.mail.splice(index, 1);
    if (!isReadable(report)) return null;
    await this.#system.apply(report);
    return report;
  }

  async #act(step: Exclude<Step, { do: "deliver" }>): Promise<void> {
    const { db, operations, viewer } = this.#system;
    switch (step.do) {
      case "create": {
        if (this.videos.length >= 3) return;
        const source = step.upload
          ? { upload: { filename: "clip.mp4", sizeBytes: 1_000 } }
          : { url: { url: "https://example.com/clip.mp4" } };
        const { videoId } = await createVideo(operations, viewer, { title: "clip", source });
        this.videos.push(videoId);
        return;
      }
      case "arrive": {
        const videoId = at(this.videos, step.which);
        if (videoId !== undefined) await receiveSource(operations, videoId);
        return;
      }
      case "cancel":
      case "retry": {
        const jobs = await db.job.findMany({ orderBy: { createdAt: "desc" }, take: 3 });
        const job = at(jobs, step.which);
        const operation = step.do === "cancel" ? cancelJob : retryJob;
        if (job) await operation(operations, viewer, { jobId: job.id }).catch(expected);
        return;
      }
      case "delete": {
        // Rare, since it removes most of the state.
        const videoId = step.which % 3 === 0 ? at(this.videos, step.which) : undefined;
        if (videoId !== undefined) await deleteVideo(operations, viewer, { videoId }).catch(expected);
        return;
      }
      case "take": {
        const tasks = this.sent.filter((message) => message.type === "task.requested.v1");
        // Mostly the newest, sometimes a redelivery.
        const task = step.which % 4 === 0 ? at(tasks, step.which) : tasks.at(-1 - (step.which % 2));
        if (!task) return;
        const attempt = new ModelAttempt(task, `worker-${step.worker}`);
        this.attempts.push(attempt);
        this.mail.push(attempt.started());
        return;
      }
      case "advance":
      case "progress":
      case "lie":
      case "end": {
        const attempt = at(this.attempts.filter(({ isOver }) => !isOver).slice(-4), step.which);
        if (!attempt) return;
        if (step.do === "advance") this.mail.push(attempt.advanced({ by: step.by }));
        if (step.do === "progress") this.mail.push(attempt.progressed((step.which % 10) / 10));
        if (step.do === "lie") this.mail.push(attempt.advanced({ sequence: step.sequence }));
        if (step.do === "end") this.mail.push(attempt.ended(step.as));
        return;
      }
      case "see": {
        const workerId = `worker-${step.which % 3}`;
        const mine = this.attempts.filter((attempt) => !attempt.isOver && attempt.workerId === workerId);
        this.mail.push(seen(workerId, mine));
        return;
      }
      case "obey": {
        const stops = this.sent.filter((message) => message.type === "task.cancel-requested.v1");
        const stop = at(stops, step.which);
        const attempt = this.attempts.find(({ attemptId }) => attemptId === stop?.attemptId);
        if (!attempt || attempt.isOver) return;
        if (stop?.reason === "CANCELED") this.mail.push(attempt.ended("CANCELED"));
        attempt.isOver = true;
        return;
      }
      case "lose":
        this.mail.splice(step.which % (this.mail.length + 1), 1);
        return;
      case "pass":
        this.#system.passTime(step.ms);
        return;
      case "sweep":
        await this.#system.sweep();
        return;
    }
  }

  /** Delivers everything that the API has sent. */
  async hear(): Promise<void> {
    this.sent.push(...(await this.#system.relay()), ...this.#system.published.splice(0));
    for (const message of this.sent) {
      if (message.type === "task.cancel-requested.v1" && message.reason === "LEASE_LOST")
        this.refused.add(message.attemptId);
    }
  }
}

/** Unreadable messages are set aside before this point. */
export const isReadable = (report: Report): boolean => decodeMessage(encodeMessage(report).data).ok;

const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)];

/** A conflict is a valid answer. */
function expected(error: unknown): void {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string" || /^P\d/.test(code)) throw error;
}
