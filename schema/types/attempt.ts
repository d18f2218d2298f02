import type { AttemptUsage as Usage } from "@reelay/contracts";
import { errorOf } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { EncoderChangeType, encoderChangesOf } from "./encoder-change.ts";
import { AttemptOutcome } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { accountOf, ProvenanceType } from "./provenance.ts";

const AttemptUsage = builder.objectRef<Usage>("AttemptUsage").implement({
  description: "What the programs of an attempt used, all together, sampled a few times a second.",
  fields: (t) => ({
    cpuSeconds: t.exposeFloat("cpuSeconds", {
      description: "Seconds of processor time, of all cores together.",
    }),
    peakMemoryBytes: t.expose("peakMemoryBytes", {
      type: "SafeInt",
      description: "Most memory that they held at one time, bytes.",
    }),
    wallSeconds: t.exposeFloat("wallSeconds", { description: "Seconds from the task's arrival to its end." }),
  }),
});

export const Attempt = builder.prismaNode("Attempt", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, task: { job: { workspaceId: workspaceOf(ctx) } } }),
  description: "One numbered try of a task by one worker.",
  select: { id: true },
  fields: (t) => ({
    number: t.exposeInt("number", { description: "Which try of its task this is, from 1." }),
    outcome: t.expose("outcome", {
      type: AttemptOutcome,
      nullable: true,
      description: "How it ended; null while it is under way.",
    }),
    workerId: t.exposeString("workerId", {
      description: "The name that the worker gives itself, as in `Worker.name`.",
    }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When the worker took the task." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended; null while it is under way.",
    }),
    leaseUntil: t.expose("leaseUntil", {
      type: "DateTime",
      description:
        "Until when the worker holds the task; its reports renew this, and the task is given to another after it.",
    }),
    encoderChanges: t.field({
      type: [EncoderChangeType],
      description: "Encoders and decoders that failed on the way and were replaced, first to last.",
      select: { encoderChanges: true },
      resolve: encoderChangesOf,
    }),
    provenance: t.field({
      type: ProvenanceType,
      nullable: true,
      description: "What its output was made by, when it COMPLETED.",
      select: { account: true },
      resolve: ({ account: json }) => {
        const account = accountOf(json);
        return account && { account, variant: null };
      },
    }),
    isWaitingForMemory: t.exposeBoolean("waitsForMemory", {
      description:
        "Whether it has a slot of its worker and waits there until other tasks leave it enough memory. Nothing is lost meanwhile.",
    }),
    usage: t.field({
      type: AttemptUsage,
      nullable: true,
      description:
        "What its programs (ffmpeg, ffprobe) used; null while it is under way, and where its worker could not tell.",
      select: { cpuSeconds: true, peakMemoryBytes: true, wallSeconds: true },
      resolve: ({ cpuSeconds, peakMemoryBytes, wallSeconds }) =>
        cpuSeconds === null || peakMemoryBytes === null || wallSeconds === null
          ? null
          : { cpuSeconds, peakMemoryBytes: Number(peakMemoryBytes), wallSeconds },
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Why it FAILED, was REJECTED or LOST.",
      select: { id: true, error: true, logTail: true },
      resolve: ({ id: attemptId, logTail, ...row }) => {
        const error = errorOf(row);
        return error && { ...error, attemptId, logTail };
      },
    }),
  }),
});

// Said here because the two types name each other.
builder.objectField(FailureType, "attempt", (t) =>
  t.prismaField({
    type: Attempt,
    nullable: true,
    description:
      "The attempt that it is of, the last one for what ran out of tries; all are in `Job.tasks`. Null when no worker was involved.",
    resolve: (query, { attemptId: id }, _args, ctx) =>
      id === undefined ? null : ctx.db.attempt.findUnique({ ...query, where: { id } }),
  }),
);
