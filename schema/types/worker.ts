import { Offer } from "@reelay/contracts";
import { WORKER_SILENCE_MS } from "../../src/workers/index.ts";
import { builder } from "../builder.ts";
import { addList } from "../lists.ts";
import { JailLevel, Pool, WorkerRealm } from "./enums.ts";
import { OfferedKindType } from "./offered-kind.ts";
import { DecoderType, DeviceType, EncoderType } from "./worker-devices.ts";

const offerOf = ({ offer }: { offer: unknown }): Offer => Offer.parse(offer);

export const Worker = builder.prismaNode("Worker", {
  id: { field: "id", description: "Opaque id." },
  description:
    "A process that runs tasks, as it last described itself. Workers serve all workspaces, so only keys with the scope OPERATOR see them.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("id", { description: "Name of the worker, as in `Attempt.workerId`." }),
    hostname: t.exposeString("hostname", { description: "Machine of the worker." }),
    version: t.exposeString("version", { description: "Reelay's version there." }),
    realm: t.expose("realm", { type: WorkerRealm, description: "Whose machine it runs on." }),
    isRemote: t.boolean({
      description: "Whether it joined with a token and reaches the API only.",
      select: { link: true },
      resolve: ({ link }) => link === "GATEWAY",
    }),
    deadlineAt: t.expose("deadlineAt", {
      type: "DateTime",
      nullable: true,
      description:
        "When its machine ends: it receives no task that is likely to last longer. Null: no known end.",
    }),
    pools: t.expose("pools", { type: [Pool], description: "Supported kinds of tasks." }),
    slots: t.exposeInt("slots", { description: "Maximum number of concurrent tasks." }),
    busy: t.exposeInt("busy", { description: "Number of slots with a task. Express tasks run besides." }),
    encoders: t.stringList({
      description: "Encoders that passed a trial, e.g. `libx264`.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).encoders,
    }),
    devices: t.field({
      type: [DeviceType],
      description: "GPUs and other devices that it encodes and decodes with.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).capabilities?.devices ?? [],
    }),
    videoEncoders: t.field({
      type: [EncoderType],
      description: "Video encoders that passed a trial, by device. An encoder that fails twice is removed.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).capabilities?.encoders ?? [],
    }),
    videoDecoders: t.field({
      type: [DecoderType],
      description: "Hardware decoders that passed a trial. ffmpeg's software decoders are always available.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).capabilities?.decoders ?? [],
    }),
    ffmpegVersion: t.string({
      description: "Version of its ffmpeg.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).kinds.find(({ runtime }) => runtime === "ffmpeg")?.version ?? "",
    }),
    jailLevel: t.field({
      type: JailLevel,
      nullable: true,
      description: "Isolation of ffmpeg and ffprobe. Null: an older worker, which does not report it.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).jail?.level ?? null,
    }),
    jailReason: t.string({
      nullable: true,
      description: "Why the level is not `FULL`, and what is missing.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).jail?.reason ?? null,
    }),
    kinds: t.field({
      type: [OfferedKindType],
      description: "Kinds of tasks that it runs.",
      select: { offer: true },
      resolve: (worker) => {
        const { kinds, jail } = offerOf(worker);
        return kinds.map((kind) => Object.assign(kind, { jail: kind.jail ?? jail }));
      },
    }),
    memoryBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description:
        "Memory of the worker and its programs in bytes: its cgroup's limit, else the machine's. Null if not reported.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).memoryBytes ?? null,
    }),
    cpus: t.float({
      nullable: true,
      description: "Processors of the worker, e.g. 1.5. Null if not reported.",
      select: { offer: true },
      resolve: (worker) => offerOf(worker).cpus ?? null,
    }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "When the process started." }),
    lastSeenAt: t.expose("lastSeenAt", { type: "DateTime", description: "Time of its last report." }),
    isStopping: t.exposeBoolean("isStopping", {
      description: "Whether it accepts no new tasks and is about to exit.",
    }),
    isAlive: t.boolean({
      description: "Whether it reported in the last 15 seconds.",
      select: { lastSeenAt: true },
      resolve: (worker, _args, ctx) =>
        ctx.clock().getTime() - worker.lastSeenAt.getTime() <= WORKER_SILENCE_MS,
    }),
  }),
});

addList("workers", {
  type: Worker,
  one: "A worker",
  many: "workers",
  description: "The workers by name, including those that left recently.",
  scope: "OPERATOR",
  model: (db) => db.worker,
  where: {},
  order: { column: "id", type: "text", id: "name", direction: "asc" },
});
