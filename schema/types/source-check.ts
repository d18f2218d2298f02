import {
  AnimationSettings,
  type CheckedScene,
  CheckedSource,
  CompositionSettings,
  type SourceIssue,
  type Still,
  type Timeline,
} from "@reelay/contracts";
import type { SourceKind } from "../../prisma/generated/enums.ts";
import { errorOf } from "../../src/database/index.ts";
import { keyOf } from "../../src/inputs/index.ts";
import { Estimate, stillAddress, whyNoWorker } from "../../src/source-checks/index.ts";
import { readOffers } from "../../src/workers/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import { EstimateBasis, IssueSeverity, SourceCheckStatus } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { AnimationSettingsType, CompositionSettingsType } from "./source.ts";

const SourceScene = builder.objectRef<CheckedScene>("SourceScene").implement({
  description: "A scene of a script or of data.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description: "Of a script: name of its class, for `ManimSourceInput.scene`. Of data: its title.",
    }),
    line: t.exposeInt("line", {
      nullable: true,
      description: "Line of its class, from 1. Null for data.",
    }),
    startMs: t.exposeFloat("startMs", {
      nullable: true,
      description: "When it begins, in milliseconds of the video. Null for scripts.",
    }),
    durationMs: t.exposeFloat("durationMs", {
      nullable: true,
      description: "Its length in milliseconds. Null for scripts.",
    }),
    marks: t.stringList({
      description: "Names of its marks, in their order, for `StillsInput.mark`. Empty for scripts.",
      resolve: ({ marks }) => marks ?? [],
    }),
  }),
});

const SourceStill = builder.objectRef<{ checkId: string; still: Still }>("SourceStill").implement({
  description: "A picture of a scene.",
  fields: (t) => ({
    scene: t.int({
      description: "Index of the scene in `scenes`, from 0.",
      resolve: ({ still }) => still.scene,
    }),
    url: t.string({
      description:
        "Address of a JPEG. It cannot be guessed and needs no key: who knows it may see the picture, until the check is removed.",
      resolve: ({ checkId, still }, _args, { operations }) =>
        stillAddress(operations.playback.publicUrl, checkId, still),
    }),
    width: t.int({ description: "Width in pixels.", resolve: ({ still }) => still.width }),
    height: t.int({ description: "Height in pixels.", resolve: ({ still }) => still.height }),
  }),
});

export const SourceIssueType = builder.objectRef<SourceIssue>("SourceIssue").implement({
  description: "A problem of a source.",
  fields: (t) => ({
    severity: t.expose("severity", { type: IssueSeverity, description: "What follows from it." }),
    code: t.exposeString("code", {
      description: "Stable code in upper snake case, e.g. `SCRIPT_SYNTAX`. Switch on it.",
    }),
    message: t.exposeString("message", { description: "What is wrong and what to do, without the line." }),
    line: t.exposeInt("line", { nullable: true, description: "Line, from 1. Null: the source as a whole." }),
    column: t.exposeInt("column", { nullable: true, description: "Column, from 1. Null if unknown." }),
    path: t.string({
      description:
        "Of data: JSON Pointer to the value, such as `/questions/3/options/2`, or a file of the template. Empty: the source as a whole.",
      resolve: ({ path }) => path ?? "",
    }),
    traceback: t.exposeString("traceback", {
      nullable: true,
      description: "The calls in the script that led to it, outermost first, as Python prints them.",
    }),
  }),
});

const SourceEstimate = builder.objectRef<Estimate>("SourceEstimate").implement({
  description: "The estimated cost of a video of a source, with the default profile.",
  fields: (t) => ({
    cpuSeconds: t.exposeFloat("cpuSeconds", {
      description: "Processor time of all cores together, to draw the frames and to encode them.",
    }),
    basis: t.expose("basis", { type: EstimateBasis, description: "What the estimate is based on." }),
    samples: t.exposeInt("samples", {
      description: "Number of finished videos that it is learned from. 0 for DEFAULT.",
    }),
  }),
});

const resultOf = ({ result }: { result: unknown }): CheckedSource | null =>
  CheckedSource.nullable().parse(result);

const reasons = createBatch(async (ctx, kinds) => {
  const offers = await readOffers(ctx.db, ctx.clock());
  return new Map(kinds.map((kind) => [kind, whyNoWorker(kind as SourceKind, offers)]));
});

const NOT_COUNTED = "Null while PENDING, and if the scene could not be counted: an issue has the reason.";

export const SourceCheck = builder.prismaNode("SourceCheck", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A check of a source: what a video of it would show, and its problems. Nothing is drawn but requested stills. Removed at `expiresAt`, with its stills.",
  select: { id: true },
  fields: (t) => {
    const counted = <Field extends keyof Timeline>(field: Field) =>
      ({
        nullable: true,
        select: { result: true },
        resolve: (check: { result: unknown }): Timeline[Field] | null =>
          resultOf(check)?.timeline?.[field] ?? null,
      }) as const;
    return {
      status: t.expose("status", { type: SourceCheckStatus, description: "Status of the check." }),
      waitReason: t.string({
        nullable: true,
        description:
          "Why no worker can check it, and what to do. Null if one can, and once the check has ended.",
        select: { status: true, kind: true },
        resolve: async ({ kind, status }, _args, ctx) =>
          status === "PENDING" ? ((await reasons(ctx, kind)) ?? null) : null,
      }),
      error: t.field({
        type: FailureType,
        nullable: true,
        description: "Why a FAILED check has no result.",
        select: { error: true },
        resolve: errorOf,
      }),
      animation: t.field({
        type: AnimationSettingsType,
        nullable: true,
        description: "How a script would be drawn. Null for data.",
        select: { kind: true, params: true },
        resolve: ({ kind, params }) => (kind === "MANIM" ? AnimationSettings.parse(params) : null),
      }),
      composition: t.field({
        type: CompositionSettingsType,
        nullable: true,
        description: "How data would be drawn. Null for scripts.",
        select: { kind: true, params: true },
        resolve: ({ kind, params }) => (kind === "TEMPLATE" ? CompositionSettings.parse(params) : null),
      }),
      scenes: t.field({
        type: [SourceScene],
        description:
          "Scenes of the script in the order of their lines, or of the data in the order of the video. Empty while they are not known.",
        select: { result: true },
        resolve: (check) => resultOf(check)?.scenes ?? [],
      }),
      scene: t.string({
        nullable: true,
        description: "Name of the scene of a script that would be drawn. Null: none, or not known, or data.",
        select: { result: true },
        resolve: (check) => resultOf(check)?.scene ?? null,
      }),
      animations: t.int({
        description: `Calls of \`play\` and \`wait\`, or scenes of data. ${NOT_COUNTED}`,
        ...counted("animations"),
      }),
      durationMs: t.float({
        description: `Length of the video in milliseconds. Of data, it is estimated: nothing is spoken, and texts last for as long as reading takes. ${NOT_COUNTED}`,
        ...counted("durationMs"),
      }),
      frames: t.int({ description: `Frames of the video. ${NOT_COUNTED}`, ...counted("frames") }),
      hasAudio: t.boolean({
        description: `Whether the scene of a script adds sounds. ${NOT_COUNTED}`,
        ...counted("hasAudio"),
      }),
      issues: t.field({
        type: [SourceIssueType],
        description: "Problems of the source, errors first. Without an ERROR, a video of it can be drawn.",
        select: { result: true },
        resolve: (check) => resultOf(check)?.issues ?? [],
      }),
      estimate: t.field({
        type: SourceEstimate,
        nullable: true,
        description: `The estimated cost of the video. ${NOT_COUNTED}`,
        select: { estimate: true },
        resolve: ({ estimate }) => Estimate.nullable().parse(estimate),
      }),
      speechCharacters: t.int({
        description: "Characters that a voice would speak, once known. 0 without one.",
        select: { result: true },
        resolve: (check) => resultOf(check)?.speechCharacters ?? 0,
      }),
      stills: t.field({
        type: [SourceStill],
        description:
          "The requested pictures, in the order of the request. Empty while there is no result, and if the source cannot be drawn.",
        select: { result: true },
        resolve: (check) => (resultOf(check)?.stills ?? []).map((still) => ({ checkId: check.id, still })),
      }),
      painterVersion: t.string({
        nullable: true,
        description: "Version of the painter that checked it. Null while there is no result.",
        select: { result: true },
        resolve: (check) => resultOf(check)?.painterVersion ?? null,
      }),
      createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was requested." }),
      endedAt: t.expose("endedAt", {
        type: "DateTime",
        nullable: true,
        description: "When it ended. Null before.",
      }),
      expiresAt: t.expose("expiresAt", {
        type: "DateTime",
        description: "When it is removed: an hour after its end. Until then it answers equal requests.",
      }),
    };
  },
});

builder.queryField("sourceCheck", (t) =>
  t.prismaField({
    type: SourceCheck,
    nullable: true,
    description: "The check with this id. Null if it does not exist in this workspace, or has expired.",
    args: { id: t.arg.id({ required: true, description: "The check's id." }) },
    resolve: async (query, _root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const id = keyOf("SourceCheck", args.id);
      return id === null ? null : ctx.db.sourceCheck.findUnique({ ...query, where: { id, workspaceId } });
    },
  }),
);
