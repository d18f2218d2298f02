import { workerSilenceMs } from "../../src/workers/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";
import { JailLevel, Pool } from "./enums.ts";
import { capabilitiesOf, DecoderType, DeviceType, EncoderType } from "./worker-devices.ts";

export const Worker = builder.prismaNode("Worker", {
  id: { field: "id", description: "Opaque id." },
  description:
    "A process that does tasks, as it last described itself. Workers serve all workspaces: they are shown to keys with the scope OPERATOR.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("id", { description: "The name that it gives itself, as in `Attempt.workerId`." }),
    hostname: t.exposeString("hostname", { description: "The machine that it runs on." }),
    version: t.exposeString("version", { description: "Reelay's version there." }),
    pools: t.expose("pools", { type: [Pool], description: "The kinds of tasks that it takes." }),
    slots: t.exposeInt("slots", { description: "Tasks that it does at once, at most." }),
    busy: t.exposeInt("busy", { description: "Tasks that it is doing." }),
    encoders: t.exposeStringList("encoders", {
      description: "Encoders that a trial opened, e.g. `libx264`.",
    }),
    devices: t.field({
      type: [DeviceType],
      description: "The GPUs, and what else encodes and decodes beside the processor, that it works with.",
      select: { capabilities: true },
      resolve: (worker) => capabilitiesOf(worker).devices,
    }),
    videoEncoders: t.field({
      type: [EncoderType],
      description:
        "Encoders of pictures that a trial opened, device by device. What fails twice while it works is not among them any more.",
      select: { capabilities: true },
      resolve: (worker) => capabilitiesOf(worker).encoders,
    }),
    videoDecoders: t.field({
      type: [DecoderType],
      description:
        "Decoders on devices that a trial found to work; ffmpeg's own, in software, are always there besides.",
      select: { capabilities: true },
      resolve: (worker) => capabilitiesOf(worker).decoders,
    }),
    ffmpegVersion: t.exposeString("ffmpegVersion", { description: "Version of its ffmpeg." }),
    jailLevel: t.expose("jailLevel", {
      type: JailLevel,
      nullable: true,
      description:
        "How strongly it confines ffmpeg and ffprobe. Null: an older worker, which does not report it.",
    }),
    jailReason: t.exposeString("jailReason", {
      nullable: true,
      description: "Why the level is not `FULL`, and what is missing.",
    }),
    memoryBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description:
        "Memory that it and its programs may have, bytes: its cgroup's limit, else the machine's. Null where it does not say.",
      select: { memoryBytes: true },
      resolve: ({ memoryBytes }) => (memoryBytes === null ? null : Number(memoryBytes)),
    }),
    cpus: t.exposeFloat("cpus", {
      nullable: true,
      description: "Processors that it may keep busy; 1.5 is one and a half. Null where it does not say.",
    }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When the process started." }),
    lastSeenAt: t.expose("lastSeenAt", { type: "DateTime", description: "When it last said that it lives." }),
    isStopping: t.exposeBoolean("isStopping", {
      description: "Whether it takes nothing new and is about to end.",
    }),
    isAlive: t.boolean({
      description: "Whether it was heard in the last 15 seconds.",
      select: { lastSeenAt: true },
      resolve: (worker, _args, ctx) => ctx.clock().getTime() - worker.lastSeenAt.getTime() <= workerSilenceMs,
    }),
  }),
});

const WorkerConnection = builder.connectionObject(
  { type: Worker, name: "WorkerConnection", description: "A page of a list of workers." },
  { name: "WorkerEdge", description: "A worker and its position in a list." },
);

const byName: Order = { by: "workers", column: "id", type: "text", id: "name", direction: "asc" };

builder.queryField("workers", (t) =>
  t.connection(
    {
      type: Worker,
      description:
        "The processes that do tasks, by name, including those that left recently. Needs the scope OPERATOR. At most 100 on a page.",
      resolve: async (_root, args, ctx, info) => {
        viewerWith(ctx, "OPERATOR");
        return await readPage(
          { args, ctx, info, typeName: "Worker", order: byName },
          (query) => ctx.db.worker.findMany(query),
          () => ctx.db.worker.count(),
        );
      },
    },
    WorkerConnection,
  ),
);
