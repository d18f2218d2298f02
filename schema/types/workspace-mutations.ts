import { InvalidInputError } from "../../src/errors/index.ts";
import { setDefaultPolicy } from "../../src/playback-access/index.ts";
import { setBlockedWords } from "../../src/questions/index.ts";
import { setWorkerRealms } from "../../src/workers/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { inputOf } from "../subject.ts";
import { PlaybackPolicy, WorkerRealm } from "./enums.ts";
import { Workspace } from "./workspace.ts";

const UpdateWorkspaceInput = builder.inputType("UpdateWorkspaceInput", {
  description: "Changes to the workspace. Absent fields keep their values.",
  fields: (t) => ({
    defaultPlaybackPolicy: t.field({
      type: PlaybackPolicy,
      description: "Playback policy of new videos that set none. Existing videos keep theirs.",
    }),
    blockedWords: t.stringList({
      description:
        "Words and phrases that no question may contain: at most 500, of at most 60 characters. Questions that exist stay.",
    }),
    workerRealms: t.field({
      type: [WorkerRealm],
      description:
        "Whose machines may render its videos, and so read its sources; at least one. Default: OWN and CLOUD. Tasks that run are not affected.",
    }),
  }),
});

builder.mutationField("updateWorkspace", (t) =>
  t.prismaField({
    type: Workspace,
    errors: mayFailWith(InvalidInputError),
    description: "Changes the workspace of the API key. Requires the scope ADMIN.",
    args: inputOf(UpdateWorkspaceInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const { defaultPlaybackPolicy: policy, workerRealms, blockedWords } = input;
      if (blockedWords) await setBlockedWords(ctx.operations, viewer, blockedWords);
      if (workerRealms) await setWorkerRealms(ctx.operations, viewer, workerRealms);
      if (policy) await setDefaultPolicy(ctx.operations, viewer, policy);
      return ctx.db.workspace.findUniqueOrThrow({ ...query, where: { id: viewer.workspaceId } });
    },
  }),
);
