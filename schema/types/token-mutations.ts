import { InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { encodeGlobalId, keyOf } from "../../src/inputs/index.ts";
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
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { JobPriority } from "./enums.ts";

const EXPIRY_DESCRIPTION = "Lifetime in seconds: 1 to 604800 (7 days).";

const CreateUploadTokenInput = builder.inputType("CreateUploadTokenInput", {
  description: "Permissions of an upload token, and settings of its videos.",
  fields: (t) => ({
    maxVideos: t.int({
      defaultValue: 1,
      required: true,
      description: "Number of videos that may be created with it: 1 to 1000.",
    }),
    maxBytes: t.field({
      type: "SafeInt",
      description: "Maximum file size in bytes. Default: the server's limit.",
    }),
    expiresInSeconds: t.int({ defaultValue: 3_600, required: true, description: EXPIRY_DESCRIPTION }),
    profile: t.string({ description: "Profile of its videos. Default: the default profile." }),
    title: t.string({ description: "Title of its videos. Default: the holder chooses." }),
    externalId: t.string({ description: "External id of its video. Only with `maxVideos: 1`." }),
    metadata: t.field({
      type: "JSON",
      description:
        "Merged into the metadata of its videos. Overrides fields of the same name from the holder.",
    }),
    priority: t.field({ type: JobPriority, description: "Priority of its videos. Default STANDARD." }),
  }),
});

const CreateViewerTokenInput = builder.inputType("CreateViewerTokenInput", {
  description: "Permissions of a viewer token.",
  fields: (t) => ({
    videoIds: t.idList({ required: true, description: "The videos whose progress it shows: 1 to 100." }),
    expiresInSeconds: t.int({ defaultValue: 3_600, required: true, description: EXPIRY_DESCRIPTION }),
  }),
});

const createdToken = (name: string, key: string, description: string) =>
  builder.objectRef<CreatedToken>(name).implement({
    description,
    fields: (t) => ({
      id: t.id({ description: "For revoking it.", resolve: ({ id }) => encodeGlobalId(key, id) }),
      token: t.exposeString("token", {
        description:
          "The secret. Give it to the browser, which sends it as `Authorization: Bearer`. It is shown only once.",
      }),
      expiresAt: t.expose("expiresAt", { type: "DateTime", description: "When the token expires." }),
    }),
  });

const CreatedUploadToken = createdToken("CreatedUploadToken", "UploadToken", "A new upload token.");
const CreatedViewerToken = createdToken("CreatedViewerToken", "ViewerToken", "A new viewer token.");

builder.mutationField("createUploadToken", (t) =>
  t.field({
    type: CreatedUploadToken,
    errors: mayFailWith(InvalidInputError),
    description:
      "Creates a token with which a browser can create videos by uploading and watch their progress, and nothing else. It ends with the API key that creates it.",
    args: inputOf(CreateUploadTokenInput),
    resolve: (_root, { input }, ctx) =>
      createUploadToken(ctx.operations, viewerWith(ctx, "WRITE"), given(input)),
  }),
);

builder.mutationField("createViewerToken", (t) =>
  t.field({
    type: CreatedViewerToken,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Creates a token with which a browser can watch the progress of the listed videos, and nothing else. It ends with the API key that creates it. Requires the scope READ.",
    args: inputOf(CreateViewerTokenInput),
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
    `videoIds: ${JSON.stringify(id.slice(0, 100))} is not a video id. Use ids from \`videos\` or \`createVideo\`.`,
  );
}

const RevokedToken = builder.objectRef<{ id: string }>("RevokedToken").implement({
  description: "A revoked token.",
  fields: (t) => ({ revokedId: t.id({ description: "Its id.", resolve: ({ id }) => id }) }),
});

const revocations = [
  { name: "revokeUploadToken", kind: "UploadToken", scope: "WRITE", needs: "" },
  { name: "revokeViewerToken", kind: "ViewerToken", scope: "READ", needs: "Requires the scope READ." },
] as const;

for (const { name, kind, scope, needs } of revocations) {
  const noun = kind === "UploadToken" ? "upload token" : "viewer token";
  const input = idInput(`Revoke${kind}Input`, `The ${noun} to revoke.`, kind);
  builder.mutationField(name, (t) =>
    t.field({
      type: RevokedToken,
      errors: mayFailWith(NotFoundError),
      description: `Revokes the ${noun} permanently, within seconds on all servers. Safe to repeat.${needs}`,
      args: inputOf(input),
      resolve: async (_root, { input: { id } }, ctx) => {
        await revokeToken(ctx, viewerWith(ctx, scope), { kind, id: subjectKey(kind, id) });
        return { id };
      },
    }),
  );
}
