import { PublishedPlaylist } from "@reelay/contracts";
import type { VariantStatus as Status } from "../../prisma/generated/enums.ts";
import { builder } from "../builder.ts";
import { AudioRole, VariantStatus } from "./enums.ts";

const read = (playlist: unknown) =>
  PublishedPlaylist.nullable()
    .catch(null)
    .parse(playlist ?? null);

/** If `audio` turned out to be empty, the next track is the default. */
const firstOf = {
  audioTracks: { select: { name: true }, orderBy: { name: "asc" as const }, take: 1 },
};

export const AudioTrack = builder.prismaObject("AudioTrack", {
  description: "An audio track for viewers to choose, shared by all variants.",
  select: { videoId: true, name: true },
  fields: (t) => ({
    name: t.string({
      description:
        "Display name: the track's own title, else its language, else its number. Unique within the video.",
      select: { label: true },
      resolve: ({ label }) => label ?? "Main",
    }),
    language: t.exposeString("language", {
      nullable: true,
      description: "BCP 47, e.g. `de`. Null if the source does not state it.",
    }),
    role: t.field({
      type: AudioRole,
      nullable: true,
      description: "Purpose of the track. Null for the program's main audio.",
      select: { role: true },
      resolve: ({ role }) => (role === "COMMENTARY" || role === "DESCRIPTION" ? role : null),
    }),
    channels: t.exposeInt("channels", { description: "1, 2, or 6 for 5.1." }),
    codec: t.exposeString("codec", { description: "`AAC`." }),
    isDefault: t.boolean({
      description: "Whether players start with this track. Exactly one track is the default.",
      select: { name: true, video: { select: firstOf } },
      resolve: ({ name, video }) => name === video.audioTracks[0]?.name,
    }),
    status: t.field({
      type: VariantStatus,
      description: "RENDERING from its first segment on, READY when complete.",
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
      description: "Stored bytes.",
      select: { playlist: true },
      resolve: ({ playlist }) => read(playlist)?.sizeBytes ?? 0,
    }),
  }),
});
