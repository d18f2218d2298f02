import { estimateRender, type OfferEstimate, type RenderEstimate } from "../../src/estimates/index.ts";
import type { Choice, Range } from "../../src/prices/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { given } from "../given.ts";
import { ComputeOfferType } from "./compute-offer.ts";
import { WorkBasis } from "./enums.ts";
import { Money } from "./money.ts";
import { VideoSourceInput } from "./video-mutations.ts";

const MoneyRange = builder.objectRef<Range>("MoneyRange").implement({
  description: "A range of amounts.",
  fields: (t) => ({
    low: t.field({ type: Money, description: "Lower end.", resolve: ({ low }) => ({ micros: low }) }),
    likely: t.field({
      type: Money,
      description: "Most likely.",
      resolve: ({ likely }) => ({ micros: likely }),
    }),
    high: t.field({ type: Money, description: "Upper end.", resolve: ({ high }) => ({ micros: high }) }),
  }),
});

const SecondsRange = builder.objectRef<Range>("SecondsRange").implement({
  description: "A range of times, in seconds.",
  fields: (t) => ({
    low: t.exposeFloat("low", { description: "Lower end." }),
    likely: t.exposeFloat("likely", { description: "Most likely." }),
    high: t.exposeFloat("high", { description: "Upper end: nine of ten took less." }),
  }),
});

const EstimatedLines = builder.objectRef<OfferEstimate["includes"]>("EstimatedLines").implement({
  description: "The likely cost by reason.",
  fields: (t) => {
    const amount = (key: keyof OfferEstimate["includes"], description: string) =>
      t.field({ type: Money, description, resolve: (lines) => ({ micros: lines[key] }) });
    return {
      compute: amount("compute", "Machines: time of slots, and energy."),
      overhead: amount(
        "overhead",
        "Starting a machine, if none of the offer runs, and what its least billed time adds.",
      ),
      objects: amount("objects", "Objects that are stored."),
      egress: amount("egress", "Bytes that machines elsewhere read from the store."),
    };
  },
});

const OfferEstimateType = builder.objectRef<OfferEstimate>("OfferEstimate").implement({
  description: "What a render would cost and take on one kind of machine.",
  fields: (t) => ({
    offer: t.field({ type: ComputeOfferType, description: "The machines.", resolve: ({ offer }) => offer }),
    cost: t.field({ type: MoneyRange, description: "All of it.", resolve: ({ cost }) => cost }),
    includes: t.field({
      type: EstimatedLines,
      description: "What the likely cost consists of.",
      resolve: ({ includes }) => includes,
    }),
    doneSeconds: t.field({
      type: SecondsRange,
      description: "Time in one slot, with the start of a machine if none of the offer runs.",
      resolve: ({ doneSeconds }) => doneSeconds,
    }),
    cpuSeconds: t.field({
      type: SecondsRange,
      description: "Processor time of all cores.",
      resolve: ({ work }) => work.cpuSeconds,
    }),
    basis: t.field({
      type: WorkBasis,
      description: "What the estimate is based on.",
      resolve: ({ work }) => work.basis,
    }),
    samples: t.int({
      description: "Number of finished videos that it is learned from.",
      resolve: ({ work }) => work.samples,
    }),
    isAvailable: t.boolean({
      description: "Whether a worker of the offer that is online can render it.",
      resolve: ({ refusal }) => refusal === null,
    }),
  }),
});

const PassedOver = builder.objectRef<Choice["passedOver"][number]>("PassedOverOffer").implement({
  description: "An offer that the policy did not choose.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Its name." }),
    code: t.exposeString("code", {
      description: "`DEARER`, `SLOWER`, `TOO_LATE`, `LATER_IN_ORDER` or `NO_WORKER`.",
    }),
    reason: t.exposeString("reason", { description: "The reason in a sentence." }),
  }),
});

const RenderEstimateType = builder.objectRef<RenderEstimate>("RenderEstimate").implement({
  description: "What a render would cost, before anything runs.",
  fields: (t) => ({
    durationMs: t.exposeFloat("durationMs", {
      nullable: true,
      description:
        "Length of the video that is assumed, in milliseconds. Null: unknown, and the estimate is that of the usual video of its kind.",
    }),
    offers: t.field({
      type: [OfferEstimateType],
      description: "The estimates, in the order of the offers.",
      resolve: ({ offers }) => offers,
    }),
    chosen: t.string({
      nullable: true,
      description: "Name of the offer that the policy chooses. Null if none can render it now.",
      resolve: ({ choice }) => choice.chosen,
    }),
    because: t.string({
      description: "The reason for the choice in a sentence.",
      resolve: ({ choice }) => choice.because,
    }),
    passedOver: t.field({
      type: [PassedOver],
      description: "The other offers, each with the reason.",
      resolve: ({ choice }) => choice.passedOver,
    }),
  }),
});

const VideoFactsInput = builder.inputType("VideoFactsInput", {
  description: "What is known about a video. Without length and size, videos of its kind are the measure.",
  fields: (t) => ({
    durationSeconds: t.float({ description: "Length. Of data and scripts, it replaces the planned one." }),
    width: t.int({ description: "Pixels, of an upload or a URL." }),
    height: t.int({ description: "Pixels, of an upload or a URL." }),
    frameRate: t.float({ description: "Frames per second, of an upload or a URL. Default 30." }),
    sizeBytes: t.float({
      description:
        "Size of the file, of a URL: with more bytes per picture it has more detail, which takes longer. That of an upload is in `source`.",
    }),
  }),
});

const EstimateRenderInput = builder.inputType("EstimateRenderInput", {
  description: "A render to estimate.",
  fields: (t) => ({
    source: t.field({
      type: VideoSourceInput,
      required: true,
      description: "The source, as for `createVideo`.",
    }),
    profile: t.string({ description: "Name of a profile. Default: the default profile." }),
    facts: t.field({ type: VideoFactsInput, description: "What is known about the source." }),
  }),
});

builder.queryField("estimateRender", (t) =>
  t.field({
    type: RenderEstimateType,
    description:
      "Estimates what a video would cost on each kind of machine. Nothing is written and no worker is asked. Requires the scope WRITE.",
    args: {
      input: t.arg({ type: EstimateRenderInput, required: true, description: "The render." }),
    },
    resolve: (_root, { input }, ctx) =>
      estimateRender(ctx.operations, viewerWith(ctx, "WRITE"), given(input)),
  }),
);
