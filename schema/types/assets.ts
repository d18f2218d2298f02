import { Download, Preview } from "@reelay/contracts";
import type { JobStatus as Status } from "../../prisma/generated/enums.ts";
import { assetJobKinds } from "../../src/database/job-kinds.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import { type AddressedVideo, addressColumns, mediaAddress } from "../media-address.ts";
import { JobStatus } from "./enums.ts";
import { Job } from "./job.ts";
import { Video } from "./video.ts";

/** The newest job that makes an asset of a video. */
interface NewestJob {
  id: string;
  status: Status;
  kind: string;
}

interface AssetShape {
  video: AddressedVideo;
  job: NewestJob | null;
}

const newestJobs = createBatch(async (ctx, videoIds) => {
  const rows = await ctx.db.$queryRaw<Array<NewestJob & { videoId: string }>>`
    SELECT DISTINCT ON (video_id, kind) id, status, kind, video_id AS "videoId" FROM jobs
    WHERE video_id = ANY (${[...videoIds]}::uuid[]) AND kind = ANY (${[...assetJobKinds]}::text[]) ORDER BY video_id, kind, created_at DESC, id DESC`;
  return Map.groupBy(rows, ({ videoId }) => videoId);
});

const newestJob = async (ctx: Context, videoId: string, wanted: string): Promise<NewestJob | null> =>
  (await newestJobs(ctx, videoId))?.find(({ kind }) => kind === wanted) ?? null;

const Asset = builder.interfaceRef<AssetShape>("Asset").implement({
  description: "An output of a video besides its streams. It can be requested at any time.",
  fields: (t) => ({
    status: t.field({
      type: JobStatus,
      description:
        "Status of the newest job for this asset; SUCCEEDED if the video's own job made it. The stored asset stays available while a new one is made, and if that fails.",
      resolve: ({ job }) => job?.status ?? "SUCCEEDED",
    }),
    job: t.prismaField({
      type: Job,
      nullable: true,
      description:
        "The newest job that was requested for this asset: read why it waits or failed, cancel it or retry it. Null if the video's own job made the asset.",
      resolve: (query, { job }, _args, ctx) =>
        job && ctx.db.job.findUnique({ ...query, where: { id: job.id } }),
    }),
  }),
});

interface PosterShape extends AssetShape {
  posterKey: string | null;
  atMs: number | null;
}

const Poster = builder.objectRef<PosterShape>("Poster").implement({
  interfaces: [Asset],
  description: "The poster, shown before playback.",
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description: "Address of the JPEG. A new poster gets a new address. Null until it is stored.",
      resolve: async ({ posterKey, video }, _args, ctx) =>
        posterKey && (await mediaAddress(ctx, video, posterKey)),
    }),
    atMs: t.exposeInt("atMs", {
      nullable: true,
      description: "Position of the poster in milliseconds, if `setPoster` chose it; else null.",
    }),
  }),
});

interface PreviewShape extends AssetShape {
  preview: Preview | null;
}

const PreviewType = builder.objectRef<PreviewShape>("Preview").implement({
  interfaces: [Asset],
  description: "A short silent loop of a few moments of a video, for lists and cards.",
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description: "Address of the file of type `contentType`. Null until it is stored.",
      resolve: async ({ preview, video }, _args, ctx) =>
        preview && (await mediaAddress(ctx, video, preview.key)),
    }),
    contentType: t.string({
      nullable: true,
      description:
        "`image/webp`, animated, for an `<img>`; `video/mp4` if the worker's ffmpeg cannot encode WebP. Null until it is stored.",
      resolve: ({ preview }) => preview?.contentType ?? null,
    }),
    width: t.int({
      nullable: true,
      description: "Pixels, 320 at most.",
      resolve: ({ preview }) => preview?.width ?? null,
    }),
    height: t.int({
      nullable: true,
      description: "Pixels.",
      resolve: ({ preview }) => preview?.height ?? null,
    }),
    durationMs: t.int({
      nullable: true,
      description: "Length of the loop in milliseconds.",
      resolve: ({ preview }) => preview?.durationMs ?? null,
    }),
    sizeBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description: "Bytes.",
      resolve: ({ preview }) => preview?.sizeBytes ?? null,
    }),
  }),
});

interface DownloadShape extends AssetShape {
  download: Download | null;
}

const DownloadType = builder.objectRef<DownloadShape>("Download").implement({
  interfaces: [Asset],
  description: "An MP4 of a whole video, to download.",
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description:
        "Address of the MP4. Browsers save that of a SIGNED video under the video's title, others as `download.mp4`. Null until it is stored.",
      resolve: async ({ download, video }, _args, ctx) =>
        download && (await mediaAddress(ctx, video, download.key, "DOWNLOAD")),
    }),
    sizeBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description: "Bytes.",
      resolve: ({ download }) => download?.sizeBytes ?? null,
    }),
    variantName: t.string({
      nullable: true,
      description: "The variant whose video track it contains.",
      resolve: ({ download }) => download?.variant ?? null,
    }),
  }),
});

builder.prismaObjectField(Video, "poster", (t) =>
  t.field({
    type: Poster,
    nullable: true,
    description: "The poster, chosen by the worker or with `setPoster`. Null until it exists.",
    select: { ...addressColumns, posterKey: true, posterAtMs: true },
    resolve: async ({ posterKey, posterAtMs, ...video }, _args, ctx) => {
      const job = await newestJob(ctx, video.id, "POSTER");
      return posterKey === null && job === null ? null : { posterKey, atMs: posterAtMs, video, job };
    },
  }),
);

builder.prismaObjectField(Video, "preview", (t) =>
  t.field({
    type: PreviewType,
    nullable: true,
    description: "A short silent loop. Null unless the profile's `preview` or `requestPreview` asked for it.",
    select: { ...addressColumns, preview: true },
    resolve: async (video, _args, ctx) => {
      const job = await newestJob(ctx, video.id, "PREVIEW");
      const preview = Preview.nullable()
        .catch(null)
        .parse(video.preview ?? null);
      return preview === null && job === null ? null : { preview, video, job };
    },
  }),
);

builder.prismaObjectField(Video, "download", (t) =>
  t.field({
    type: DownloadType,
    nullable: true,
    description:
      "An MP4 of the whole video. Null unless the profile's `download` or `requestDownload` asked for it.",
    select: { ...addressColumns, download: true },
    resolve: async (video, _args, ctx) => {
      const job = await newestJob(ctx, video.id, "DOWNLOAD");
      const download = Download.nullable()
        .catch(null)
        .parse(video.download ?? null);
      return download === null && job === null ? null : { download, video, job };
    },
  }),
);
