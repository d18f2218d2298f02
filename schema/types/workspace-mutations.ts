import { setDefaultPolicy } from "../../src/playback-access/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { inputOf } from "../subject.ts";
import { PlaybackPolicy } from "./enums.ts";
import { Workspace } from "./workspace.ts";

const UpdateWorkspaceInput = builder.inputType("UpdateWorkspaceInput", {
  description: "Changes to the workspace. Absent fields keep their values.",
  fields: (t) => ({
    defaultPlaybackPolicy: t.field({
      type: PlaybackPolicy,
      description: "Playback policy of new videos that set none. Existing videos keep theirs.",
    }),
  }),
});

builder.mutationField("updateWorkspace", (t) =>
  t.prismaField({
    type: Workspace,
    errors: mayFailWith(),
    description: "Changes the workspace of the API key. Requires the scope ADMIN.",
    args: inputOf(UpdateWorkspaceInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const { defaultPlaybackPolicy: policy } = input;
      if (policy) await setDefaultPolicy(ctx.operations, viewer, policy);
      return ctx.db.workspace.findUniqueOrThrow({ ...query, where: { id: viewer.workspaceId } });
    },
  }),
);
