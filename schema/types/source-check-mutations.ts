import { ConflictError, InvalidInputError, QuotaExceededError } from "../../src/errors/index.ts";
import { checkSource } from "../../src/source-checks/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { inputOf } from "../subject.ts";
import { SourceCheck } from "./source-check.ts";
import { VideoSourceInput } from "./video-mutations.ts";

const CheckSourceInput = builder.inputType("CheckSourceInput", {
  description: "A source to check.",
  fields: (t) => ({
    source: t.field({
      type: VideoSourceInput,
      required: true,
      description: "The source, as for `createVideo`. Only scripts (`manim`) can be checked.",
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
    errors: mayFailWith(InvalidInputError, ConflictError, QuotaExceededError),
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
