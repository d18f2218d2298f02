import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { addressColumns, mediaAddress } from "../media-address.ts";
import { CaptionKind } from "./enums.ts";

export const CaptionTrack = builder.prismaNode("CaptionTrack", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, video: { workspaceId: workspaceOf(ctx) } }),
  description: "A text track that viewers can show, with one language and kind.",
  select: { id: true },
  fields: (t) => ({
    language: t.exposeString("language", { description: "BCP 47, in canonical form, e.g. `pt-BR`." }),
    label: t.exposeString("label", { description: "Display name." }),
    kind: t.expose("kind", { type: CaptionKind, description: "What it says." }),
    isDefault: t.exposeBoolean("isDefault", {
      description: "Whether players show this track by default. At most one track of a video.",
    }),
    url: t.string({
      description:
        "Address of the WebVTT file, for the `<track>` element of your own page. Players find it in the stream. New content gets a new address.",
      select: { key: true, video: { select: addressColumns } },
      resolve: ({ key, video }, _args, ctx) => mediaAddress(ctx, video, key),
    }),
    cues: t.exposeInt("cues", { description: "Number of cues." }),
    sizeBytes: t.expose("sizeBytes", { type: "SafeInt", description: "Size of the WebVTT file, in bytes." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the track was created." }),
    updatedAt: t.expose("updatedAt", { type: "DateTime", description: "When the track last changed." }),
  }),
});
