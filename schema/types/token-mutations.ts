import { InvalidInputError, NotFoundError } from "../../src/errors.ts";
import { encodeGlobalId, keyOf } from "../../src/global-id.ts";
import {
  type CreatedToken,
  createUploadToken,
  createViewerToken,
  revokeToken,
} from "../../src/tokens/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { idInput, subjectKey } from "../subject.ts";
import { JobPriority } from "./enums.ts";

const expiryDescription = "Seconds until it ends by itself: 1 to 604800, a week.";

const CreateUploadTokenInput = builder.inputType("CreateUploadTokenInput", {
  description: "What an upload token allows, and what its videos get.",
  fields: (t) => ({
    maxVideos: t.int({
      defaultValue: 1,
      required: true,
      description: "How many videos may be created with it: 1 to 1000.",
    }),
    maxBytes: t.field({
      type: "SafeInt",
      description: "Largest file, bytes. Default: the server's own limit.",
    }),
    expiresInSeconds: t.int({ defaultValue: 3_600, required: true, description: expiryDescription }),
    profile: t.string({ description: "Profile of its videos. Default: the default profile." }),
    title: t.string({ description: "Title of its videos. Default: the holder chooses." }),
    externalId: t.string({ description: "External id of its video; for `maxVideos: 1` only." }),
    metadata: t.field({
      type: "JSON",
      description:
        "Goes into the metadata of its videos, before fields of the same name that the holder sends.",
    }),
    priority: t.field({ type: JobPriority, description: "Priority of its videos. Default STANDARD." }),
  }),
});

const CreateViewerTokenInput = builder.inputType("CreateViewerTokenInput", {
  description: "What a viewer token allows.",
  fields: (t) => ({
    videoIds: t.idList({ required: true, description: "The videos whose progress it shows: 1 to 100." }),
    expiresInSeconds: t.int({ defaultValue: 3_600, required: true, description: expiryDescription }),
  }),
});

const createdToken = (name: string, key: string, description: string) =>
  builder.objectRef<CreatedToken>(name).implement({
    description,
    fields: (t) => ({
      id: t.id({ description: "For revoking it.", resolve: ({ id }) => encodeGlobalId(key, id) }),
      token: t.exposeString("token", {
        description:
          "The secret itself: give it to the browser, which sends it as `Authorization: Bearer`. It is shown this once.",
      }),
      expiresAt: t.expose("expiresAt", { type: "DateTime", description: "When it ends by itself." }),
    }),
  });

const CreatedUploadToken = createdToken("CreatedUploadToken", "UploadToken", "A new upload token.");
const CreatedViewerToken = createdToken("CreatedViewerToken", "ViewerToken", "A new viewer token.");

builder.mutationField("createUploadToken", (t) =>
  t.field({
    type: CreatedUploadToken,
    errors: mayFailWith(InvalidInputError),
    description:
      "Creates a token for a browser, with which it can create videos by uploads and see how far these are, and nothing else. It ends with the API key that creates it.",
    args: { input: t.arg({ type: CreateUploadTokenInput, required: true, description: "What it allows." }) },
    resolve: (_root, { input }, ctx) =>
      createUploadToken(ctx.operations, viewerWith(ctx, "WRITE"), given(input)),
  }),
);

builder.mutationField("createViewerToken", (t) =>
  t.field({
    type: CreatedViewerToken,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Creates a token for a browser, with which it can see how far the named videos are, and nothing else. Needs the scope READ. It ends with the API key that creates it.",
    args: { input: t.arg({ type: CreateViewerTokenInput, required: true, description: "What it allows." }) },
    resolve: (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "READ");
      const videoIds = input.videoIds.map((id) => keyOf("Video", id) ?? notAVideo(id));
      return createViewerToken(ctx, viewer, { ...input, videoIds });
    },
  }),
);

function notAVideo(id: string): never {
  throw new InvalidInputError(
    "VIDEO_IDS_INVALID",
    "videoIds",
    `videoIds: ${JSON.stringify(id.slice(0, 100))} is no video's id; use ids that \`videos\` or \`createVideo\` gave.`,
  );
}

const RevokedToken = builder.objectRef<{ id: string }>("RevokedToken").implement({
  description: "A token that has ended.",
  fields: (t) => ({ revokedId: t.id({ description: "Its id.", resolve: ({ id }) => id }) }),
});

const revocations = [
  { name: "revokeUploadToken", kind: "UploadToken", scope: "WRITE", needs: "" },
  { name: "revokeViewerToken", kind: "ViewerToken", scope: "READ", needs: " Needs the scope READ." },
] as const;

for (const { name, kind, scope, needs } of revocations) {
  const noun = kind === "UploadToken" ? "upload token" : "viewer token";
  const input = idInput(`Revoke${kind}Input`, `The ${noun} to revoke.`, kind);
  builder.mutationField(name, (t) =>
    t.field({
      type: RevokedToken,
      errors: mayFailWith(NotFoundError),
      description: `Revokes the ${noun} permanently, on every API process within seconds. Safe to repeat.${needs}`,
      args: { input: t.arg({ type: input, required: true, description: "Which one." }) },
      resolve: async (_root, { input: { id } }, ctx) => {
        await revokeToken(ctx, viewerWith(ctx, scope), { kind, id: subjectKey(kind, id) });
        return { id };
      },
    }),
  );
}
