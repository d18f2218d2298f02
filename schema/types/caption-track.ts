import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { addressColumns, mediaAddress } from "../media-address.ts";
import { CaptionKind } from "./enums.ts";

export const CaptionTrack = builder.prismaNode("CaptionTrack", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, video: { workspaceId: workspaceOf(ctx) } }),
  description: "Text that viewers may show over a video: one language, one kind.",
  select: { id: true },
  fields: (t) => ({
    language: t.exposeString("language", { description: "BCP 47, in its canonical form, e.g. `pt-BR`." }),
    label: t.exposeString("label", { description: "What viewers choose it by." }),
    kind: t.expose("kind", { type: CaptionKind, description: "What it says." }),
    isDefault: t.exposeBoolean("isDefault", {
      description: "Whether players show it without being asked. One of a video's tracks at most.",
    }),
    url: t.string({
      description:
        "The WebVTT, for a `<track>` of a page's own; players of the stream find it by themselves. Other content gets another address.",
      select: { key: true, video: { select: addressColumns } },
      resolve: ({ key, video }, _args, ctx) => mediaAddress(ctx, video, key),
    }),
    cues: t.exposeInt("cues", { description: "How many pieces of text it has." }),
    sizeBytes: t.expose("sizeBytes", { type: "SafeInt", description: "Bytes of the WebVTT." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was first given." }),
    updatedAt: t.expose("updatedAt", { type: "DateTime", description: "When it last changed." }),
  }),
});
