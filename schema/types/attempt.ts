import type { AttemptUsage as Usage } from "@reelay/contracts";
import { errorOf } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { attemptCosts, CostType } from "./cost.ts";
import { EncoderChangeType, encoderChangesOf } from "./encoder-change.ts";
import { AttemptOutcome } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { accountOf, ProvenanceType } from "./provenance.ts";

const AttemptUsage = builder.objectRef<Usage>("AttemptUsage").implement({
  description: "Resources used by all programs of an attempt together, sampled a few times a second.",
  fields: (t) => ({
    cpuSeconds: t.exposeFloat("cpuSeconds", {
      description: "Processor time of all cores, in seconds.",
    }),
    peakMemoryBytes: t.expose("peakMemoryBytes", {
      type: "SafeInt",
      description: "Peak memory, in bytes.",
    }),
    wallSeconds: t.exposeFloat("wallSeconds", { description: "Seconds from the task's arrival to its end." }),
  }),
});

export const Attempt = builder.prismaNode("Attempt", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, task: { job: { workspaceId: workspaceOf(ctx) } } }),
  description: "One numbered try of a task, made by one worker.",
  select: { id: true },
  fields: (t) => ({
    number: t.exposeInt("number", { description: "Number of this try, from 1." }),
    outcome: t.expose("outcome", {
      type: AttemptOutcome,
      nullable: true,
      description: "How the attempt ended. Null while it runs.",
    }),
    workerId: t.exposeString("workerId", {
      description: "Name of the worker, as in `Worker.name`.",
    }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When the worker accepted the task." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the attempt ended. Null while it runs.",
    }),
    leaseUntil: t.expose("leaseUntil", {
      type: "DateTime",
      description:
        "When the worker's lease of the task expires. Each report renews it; after it, another worker gets the task.",
    }),
    encoderChanges: t.field({
      type: [EncoderChangeType],
      description: "Encoders and decoders that failed and were replaced, in order.",
      select: { encoderChanges: true },
      resolve: encoderChangesOf,
    }),
    provenance: t.field({
      type: ProvenanceType,
      nullable: true,
      description: "Programs and commands that made the output. Null unless COMPLETED.",
      select: { account: true },
      resolve: ({ account: json }) => {
        const account = accountOf(json);
        return account && { account, variant: null };
      },
    }),
    isWaitingForMemory: t.exposeBoolean("waitsForMemory", {
      description: "Whether the attempt has a slot and waits for memory until other tasks of its worker end.",
    }),
    usage: t.field({
      type: AttemptUsage,
      nullable: true,
      description:
        "Resources that its programs (ffmpeg, ffprobe) used. Null while it runs, and if the worker cannot measure them.",
      select: { cpuSeconds: true, peakMemoryBytes: true, wallSeconds: true },
      resolve: ({ cpuSeconds, peakMemoryBytes, wallSeconds }) =>
        cpuSeconds === null || peakMemoryBytes === null || wallSeconds === null
          ? null
          : { cpuSeconds, peakMemoryBytes: Number(peakMemoryBytes), wallSeconds },
    }),
    offer: t.exposeString("offer", {
      nullable: true,
      description: "Name of the `ComputeOffer` whose machine it ran on. Null if none applies.",
    }),
    cost: t.field({
      type: CostType,
      nullable: true,
      description: "What it cost so far. Null if its machine has no price.",
      select: { id: true },
      resolve: async ({ id }, _args, ctx) => (await attemptCosts(ctx, id)) ?? null,
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Error of an attempt that is FAILED, REJECTED or LOST.",
      select: { id: true, error: true, logTail: true },
      resolve: ({ id: attemptId, logTail, ...row }) => {
        const error = errorOf(row);
        return error && { ...error, attemptId, logTail };
      },
    }),
  }),
});

// Defined here because the two types refer to each other.
builder.objectField(FailureType, "attempt", (t) =>
  t.prismaField({
    type: Attempt,
    nullable: true,
    description:
      "The attempt that failed; after several tries, the last one. `Job.tasks` lists all. Null if no worker was involved.",
    resolve: (query, { attemptId: id }, _args, ctx) =>
      id === undefined ? null : ctx.db.attempt.findUnique({ ...query, where: { id } }),
  }),
);
