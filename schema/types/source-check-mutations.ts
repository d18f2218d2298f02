import {
  ConflictError,
  InvalidDataError,
  InvalidInputError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { checkSource } from "../../src/source-checks/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { inputOf } from "../subject.ts";
import { SourceCheck } from "./source-check.ts";
import { VideoSourceInput } from "./video-mutations.ts";

const StillsInput = builder.inputType("StillsInput", {
  description: "Pictures of scenes.",
  fields: (t) => ({
    scenes: t.intList({
      description:
        "Indexes of 1 to 20 scenes, from 0. An index after the last scene stands for the last. Default: the first 20 scenes.",
    }),
    mark: t.string({
      description:
        "They show each scene at the end of this mark, e.g. `reveal`. Default, and for scenes without it: the end of their last mark, when all has appeared.",
    }),
    height: t.int({
      defaultValue: 360,
      description: "Pixels of the pictures' shorter side, 90 to 720. The shape is the template's.",
    }),
  }),
});

const CheckSourceInput = builder.inputType("CheckSourceInput", {
  description: "A source to check.",
  fields: (t) => ({
    source: t.field({
      type: VideoSourceInput,
      required: true,
      description:
        "The source, as for `createVideo`. Scripts (`manim`) and data (`template`) can be checked.",
    }),
    stills: t.field({
      type: StillsInput,
      description: "Pictures of scenes to draw, for data of templates. Default: none.",
    }),
    waitMs: t.int({
      defaultValue: 10_000,
      description: "How long to wait for the result, in milliseconds: 0 to 30000.",
    }),
  }),
});

builder.mutationField("checkSource", (t) =>
  t.prismaField({
    type: SourceCheck,
    errors: mayFailWith(InvalidInputError, InvalidDataError, ConflictError, QuotaExceededError),
    description:
      "Checks a source without making a video of it, usually within two seconds. The problems of the source are in `issues` of a SUCCEEDED check. An equal source is checked once an hour. The check is still PENDING if it takes longer than `waitMs`, if the server is busy, or if no worker can do it (`waitReason`): read it again with `sourceCheck`.",
    args: inputOf(CheckSourceInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { checkId } = await checkSource(ctx.operations, viewer, given(input));
      return ctx.db.sourceCheck.findUniqueOrThrow({ ...query, where: { id: checkId } });
    },
  }),
);
