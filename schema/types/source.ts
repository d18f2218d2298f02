import { SourceProbe } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { SourceKind } from "./enums.ts";

/** Rows hold what a worker once wrote: a probe of another version reads as none. */
const probeOf = (json: unknown): SourceProbe | null => SourceProbe.safeParse(json).data ?? null;

const Probe = builder.objectRef<SourceProbe>("SourceProbe").implement({
  description: "What a source is, read once before rendering.",
  fields: (t) => ({
    container: t.exposeString("container", { description: "File format as ffprobe names it." }),
    durationMs: t.int({
      nullable: true,
      description: "Milliseconds; null when the container does not say.",
      resolve: ({ durationMs }) => (durationMs === null ? null : Math.round(durationMs)),
    }),
    bitrateBps: t.field({
      type: "SafeInt",
      nullable: true,
      description: "Bits per second of the whole file.",
      resolve: (probe) => probe.bitrateBps,
    }),
    videoCodec: t.string({
      nullable: true,
      description: "Video codec; null when there is no picture, or the profile makes audio only.",
      resolve: (probe) => probe.video?.codec,
    }),
    width: t.int({
      nullable: true,
      description: "Pixels as a viewer sees them: after pixel aspect and rotation. Null without a picture.",
      resolve: (probe) => probe.video?.width,
    }),
    height: t.int({
      nullable: true,
      description: "Pixels as a viewer sees them: after pixel aspect and rotation. Null without a picture.",
      resolve: (probe) => probe.video?.height,
    }),
    rotation: t.int({
      description: "Clockwise degrees that the stored picture is turned by: 0, 90, 180 or 270.",
      resolve: (probe) => probe.video?.rotation ?? 0,
    }),
    frameRate: t.float({
      nullable: true,
      description: "Average frames per second.",
      resolve: (probe) => probe.video?.frameRate,
    }),
    isVariableFrameRate: t.boolean({
      description: "Whether frames lie at uneven distances.",
      resolve: (probe) => probe.video?.isVariableFrameRate ?? false,
    }),
    hdr: t.string({
      nullable: true,
      description: "Transfer of high dynamic range material, `PQ` or `HLG`; else null.",
      resolve: (probe) => probe.video?.hdr,
    }),
    audioCodec: t.string({
      nullable: true,
      description: "Audio codec; null without audio.",
      resolve: (probe) => probe.audio?.codec,
    }),
    audioChannels: t.int({
      nullable: true,
      description: "Audio channels; null without audio.",
      resolve: (probe) => probe.audio?.channels,
    }),
    streamCount: t.exposeInt("streamCount", { description: "Streams of any kind in the file." }),
  }),
});

export const Source = builder.prismaObject("Source", {
  description: "A video's uploaded or fetched original.",
  select: { videoId: true },
  fields: (t) => ({
    kind: t.expose("kind", { type: SourceKind, description: "Where it comes from." }),
    url: t.exposeString("url", { nullable: true, description: "Where a worker fetches it, for kind URL." }),
    filename: t.exposeString("filename", { description: "Its name in the store." }),
    contentType: t.exposeString("contentType", {
      nullable: true,
      description: "Media type as the client or the server it came from stated it.",
    }),
    sizeBytes: t.expose("sizeBytes", {
      type: "SafeInt",
      nullable: true,
      description: "Bytes: as promised for an upload, as received once it is there.",
    }),
    receivedAt: t.expose("receivedAt", {
      type: "DateTime",
      nullable: true,
      description: "When its last byte was stored; null before.",
    }),
    probe: t.field({
      type: Probe,
      nullable: true,
      description: "What it is; null until a worker has looked.",
      select: { probe: true },
      resolve: (source) => probeOf(source.probe),
    }),
  }),
});
