import {
  type KnownTarget,
  type LaunchSpend,
  type PassedOver,
  type PoolWait,
  readLaunchSpend,
  readPoolWaits,
  readTargets,
} from "../../src/launches/index.ts";
import { spentMicros } from "../../src/prices/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { addList } from "../lists.ts";
import { ComputeOfferType } from "./compute-offer.ts";
import { LaunchStatus, Pool, WorkerRealm } from "./enums.ts";
import { Money } from "./money.ts";

const PassedOverTarget = builder.objectRef<PassedOver>("PassedOverTarget").implement({
  description: "A target that came before in the order and started no machine.",
  fields: (t) => ({
    target: t.exposeString("target", { description: "Its name." }),
    code: t.exposeString("code", { description: "Why, e.g. `NO_CAPACITY` or `MAX_INSTANCES`." }),
    reason: t.exposeString("reason", { description: "The reason in words." }),
  }),
});

const Launch = builder.prismaNode("Launch", {
  id: { field: "id", description: "Opaque id." },
  description:
    "A machine that is rented for one worker, from its plan to its end. Only keys with the scope OPERATOR see it.",
  select: { id: true },
  fields: (t) => ({
    target: t.exposeString("target", { description: "Name of its target in `COMPUTE_LAUNCHES`." }),
    status: t.expose("status", { type: LaunchStatus, description: "Its state." }),
    pool: t.expose("pool", { type: Pool, description: "Kind of tasks that it runs." }),
    slots: t.exposeInt("slots", { description: "Tasks that it runs at the same time." }),
    passedOver: t.field({
      type: [PassedOverTarget],
      description: "The targets that were passed over for it, with the reason of each.",
      select: { passedOver: true },
      resolve: ({ passedOver }) => passedOver as unknown as PassedOver[],
    }),
    machine: t.string({
      description: "Name of the machine at its provider.",
      select: { joinToken: { select: { name: true } } },
      resolve: ({ joinToken }) => joinToken.name,
    }),
    ref: t.exposeString("ref", {
      nullable: true,
      description: "The provider's own name of the machine. Null until it has accepted the machine.",
    }),
    workerName: t.string({
      nullable: true,
      description: "Name of its worker, as in `Worker.name`. Null until the worker has joined.",
      select: { joinToken: { select: { workerId: true } } },
      resolve: ({ joinToken }) => joinToken.workerId,
    }),
    tries: t.exposeInt("tries", { description: "Calls of the provider." }),
    plannedAt: t.expose("plannedAt", { type: "DateTime", description: "When it was planned." }),
    acceptedAt: t.expose("acceptedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the provider accepted it. Null if it did not.",
    }),
    joinedAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When its worker joined. Null if none did.",
      select: { joinToken: { select: { usedAt: true } } },
      resolve: ({ joinToken }) => joinToken.usedAt,
    }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended. Null if it has not.",
    }),
    endCode: t.exposeString("endCode", {
      nullable: true,
      description: "Why it ended, e.g. `DRAINED` or `START_TIMEOUT`. Null if it has not.",
    }),
    endReason: t.exposeString("endReason", {
      nullable: true,
      description: "Why it ended, in words. Null if it has not.",
    }),
    cost: t.field({
      type: Money,
      description: "What it has cost so far, by the price of its offer.",
      select: { acceptedAt: true, endedAt: true, secondPico: true, minimumSeconds: true },
      resolve: (launch, _args, ctx) => ({ micros: spentMicros(launch, ctx.clock()) }),
    }),
  }),
});

addList("launches", {
  type: Launch,
  one: "A launch",
  many: "launches",
  description: "Launches of the installation, newest first. They are kept for 30 days.",
  scope: "OPERATOR",
  model: (db) => db.launch,
  where: {},
  order: { column: "plannedAt" },
});

const LaunchTarget = builder.objectRef<KnownTarget>("LaunchTarget").implement({
  description: "A place where workers are rented, from `COMPUTE_LAUNCHES`, with the state of its circuit.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name in the settings." }),
    kind: t.exposeString("kind", { description: "Kind of back end, e.g. `HTTP_ENDPOINT`." }),
    realm: t.expose("realm", { type: WorkerRealm, description: "Whose machines they are." }),
    offer: t.field({
      type: ComputeOfferType,
      description: "What a machine costs.",
      resolve: ({ offer }) => offer,
    }),
    maxInstances: t.exposeInt("maxInstances", { description: "Most machines at the same time." }),
    openLaunches: t.exposeInt("openLaunches", { description: "Launches that have not ended." }),
    machineHour: t.field({
      type: Money,
      description: "Price of an hour of one machine.",
      resolve: ({ machineHourMicros }) => ({ micros: machineHourMicros }),
    }),
    hourly: t.field({
      type: Money,
      description: "Price of an hour of its machines that run now.",
      resolve: ({ hourlyMicros }) => ({ micros: hourlyMicros }),
    }),
    afterSeconds: t.exposeFloat("afterSeconds", {
      description: "It is used only for tasks that have waited so long.",
    }),
    failures: t.exposeInt("failures", { description: "Failures in a row." }),
    openUntil: t.expose("openUntil", {
      type: "DateTime",
      nullable: true,
      description: "Until when it is passed over after a failure. Null: it may start machines.",
    }),
    failureCode: t.exposeString("code", {
      nullable: true,
      description: "Code of the last failure. Null if a worker has had a task since.",
    }),
    failureReason: t.exposeString("reason", {
      nullable: true,
      description: "Reason of the last failure. Null if a worker has had a task since.",
    }),
  }),
});

builder.queryField("launchTargets", (t) =>
  t.field({
    type: [LaunchTarget],
    description: "Where workers are rented, in the order of the settings. Requires the scope OPERATOR.",
    resolve: (_root, _args, ctx) => readTargets(ctx.operations, viewerWith(ctx, "OPERATOR")),
  }),
);

const LaunchSpendType = builder.objectRef<LaunchSpend>("LaunchSpend").implement({
  description: "What rented machines cost now. The limit is `BUDGET_HOUR`.",
  fields: (t) => {
    const amount = (key: "hourlyMicros" | "hourMicros" | "heldMicros", description: string) =>
      t.field({ type: Money, description, resolve: (spend) => ({ micros: spend[key] }) });
    return {
      hourly: amount("hourlyMicros", "Price of an hour of the machines that run now."),
      hour: amount("hourMicros", "What they have cost since the full hour, by UTC."),
      held: amount(
        "heldMicros",
        "What counts against the limit: machines that ended in this hour, and an hour of each open launch.",
      ),
      limit: t.field({
        type: Money,
        nullable: true,
        description: "Most that machines and jobs may cost in an hour. Null: unlimited.",
        resolve: ({ limitMicros }) => (limitMicros === null ? null : { micros: limitMicros }),
      }),
    };
  },
});

builder.queryField("launchSpend", (t) =>
  t.field({
    type: LaunchSpendType,
    description: "What rented machines cost now. Requires the scope OPERATOR.",
    resolve: (_root, _args, ctx) => readLaunchSpend(ctx.operations, viewerWith(ctx, "OPERATOR")),
  }),
);

const LaunchWait = builder.objectRef<PoolWait>("LaunchWait").implement({
  description: "Why a pool that wants more workers has too few.",
  fields: (t) => ({
    pool: t.expose("pool", { type: Pool, description: "The pool." }),
    reason: t.exposeString("reason", {
      description: "A sentence: where a worker is being rented, and which targets were passed over.",
    }),
    isStuck: t.exposeBoolean("isStuck", {
      description: "No machine is starting, and no target can start one now.",
    }),
  }),
});

builder.queryField("launchWaits", (t) =>
  t.field({
    type: [LaunchWait],
    description: "Pools that want more workers than they have. Requires the scope OPERATOR.",
    resolve: (_root, _args, ctx) => readPoolWaits(ctx.operations, viewerWith(ctx, "OPERATOR")),
  }),
);
