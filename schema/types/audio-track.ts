import { PublishedPlaylist } from "@reelay/contracts";
import type { VariantStatus as Status } from "../../prisma/generated/enums.ts";
import { builder } from "../builder.ts";
import { AudioRole, VariantStatus } from "./enums.ts";

const read = (playlist: unknown) =>
  PublishedPlaylist.nullable()
    .catch(null)
    .parse(playlist ?? null);

/** Should there be no `audio`, which held nothing, the next one is the first. */
const firstOf = {
  audioTracks: { select: { name: true }, orderBy: { name: "asc" as const }, take: 1 },
};

export const AudioTrack = builder.prismaObject("AudioTrack", {
  description: "An audio track that viewers may choose, shared by all variants.",
  select: { videoId: true, name: true },
  fields: (t) => ({
    name: t.string({
      description:
        "What viewers choose it by: the track's own title, else its language, else its number. Unique.",
      select: { label: true },
      resolve: ({ label }) => label ?? "Main",
    }),
    language: t.exposeString("language", {
      nullable: true,
      description: "BCP 47, e.g. `de`; null when the source does not say.",
    }),
    role: t.field({
      type: AudioRole,
      nullable: true,
      description: "What it is for; null for the program's own audio.",
      select: { role: true },
      resolve: ({ role }) => (role === "COMMENTARY" || role === "DESCRIPTION" ? role : null),
    }),
    channels: t.exposeInt("channels", { description: "1, 2, or 6 for 5.1." }),
    codec: t.exposeString("codec", { description: "`AAC`." }),
    isDefault: t.boolean({
      description: "Players begin with it. One track does.",
      select: { name: true, video: { select: firstOf } },
      resolve: ({ name, video }) => name === video.audioTracks[0]?.name,
    }),
    status: t.field({
      type: VariantStatus,
      description: "How far it is: RENDERING with its first segments, READY when it is whole.",
      select: { playlist: true, video: { select: { status: true } } },
      resolve: ({ playlist, video }): Status => {
        const made = read(playlist);
        if (made?.isComplete) return "READY";
        if (video.status === "READY" || video.status === "FAILED") return "FAILED";
        return made?.segments ? "RENDERING" : "PENDING";
      },
    }),
    sizeBytes: t.field({
      type: "SafeInt",
      description: "Bytes of what is made of it.",
      select: { playlist: true },
      resolve: ({ playlist }) => read(playlist)?.sizeBytes ?? 0,
    }),
  }),
});
