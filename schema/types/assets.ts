import type { JobStatus as Status } from "../../prisma/generated/enums.ts";
import { type Assets, assetColumns, assetJobKinds, assetsOf } from "../../src/database/index.ts";
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

interface AssetShape<Name extends keyof Assets = keyof Assets> {
  video: AddressedVideo;
  /** Null until it is stored. */
  asset: Assets[Name];
  job: NewestJob | null;
}

const newestJobs = createBatch(async (ctx, videoIds) => {
  const rows = await ctx.db.$queryRaw<Array<NewestJob & { videoId: string }>>`
    SELECT DISTINCT ON (video_id, kind) id, status, kind, video_id AS "videoId" FROM jobs
    WHERE video_id = ANY (${[...videoIds]}::uuid[]) AND kind = ANY (${[...assetJobKinds]}::text[]) ORDER BY video_id, kind, created_at DESC, id DESC`;
  return Map.groupBy(rows, ({ videoId }) => videoId);
});

/** Null: never requested. */
async function findAsset<Name extends keyof Assets>(
  ctx: Context,
  name: Name,
  { assets, ...video }: AddressedVideo & Parameters<typeof assetsOf>[0],
): Promise<AssetShape<Name> | null> {
  const jobs = await newestJobs(ctx, video.id);
  const job = jobs?.find(({ kind }) => kind.toLowerCase() === name) ?? null;
  const asset = assetsOf({ assets })[name];
  return asset === null && job === null ? null : { asset, video, job };
}

const columns = { ...addressColumns, assets: assetColumns } as const;

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

const Poster = builder.objectRef<AssetShape<"poster">>("Poster").implement({
  interfaces: [Asset],
  description: "The poster, shown before playback.",
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description: "Address of the JPEG. A new poster gets a new address. Null until it is stored.",
      resolve: async ({ asset, video }, _args, ctx) => asset && (await mediaAddress(ctx, video, asset.key)),
    }),
    atMs: t.int({
      nullable: true,
      description: "Position of the poster in milliseconds, if `setPoster` chose it; else null.",
      resolve: ({ asset }) => asset?.atMs ?? null,
    }),
  }),
});

const PreviewType = builder.objectRef<AssetShape<"preview">>("Preview").implement({
  interfaces: [Asset],
  description: "A short silent loop of a few moments of a video, for lists and cards.",
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description: "Address of the file of type `contentType`. Null until it is stored.",
      resolve: async ({ asset, video }, _args, ctx) => asset && (await mediaAddress(ctx, video, asset.key)),
    }),
    contentType: t.string({
      nullable: true,
      description:
        "`image/webp`, animated, for an `<img>`; `video/mp4` if the worker's ffmpeg cannot encode WebP. Null until it is stored.",
      resolve: ({ asset }) => asset?.contentType ?? null,
    }),
    width: t.int({
      nullable: true,
      description: "Pixels, 320 at most.",
      resolve: ({ asset }) => asset?.width ?? null,
    }),
    height: t.int({
      nullable: true,
      description: "Pixels.",
      resolve: ({ asset }) => asset?.height ?? null,
    }),
    durationMs: t.int({
      nullable: true,
      description: "Length of the loop in milliseconds.",
      resolve: ({ asset }) => asset?.durationMs ?? null,
    }),
    sizeBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description: "Bytes.",
      resolve: ({ asset }) => asset?.sizeBytes ?? null,
    }),
  }),
});

const DownloadType = builder.objectRef<AssetShape<"download">>("Download").implement({
  interfaces: [Asset],
  description: "An MP4 of a whole video, to download.",
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description:
        "Address of the MP4. Browsers save that of a SIGNED video under the video's title, others as `download.mp4`. Null until it is stored.",
      resolve: async ({ asset, video }, _args, ctx) =>
        asset && (await mediaAddress(ctx, video, asset.key, "DOWNLOAD")),
    }),
    sizeBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description: "Bytes.",
      resolve: ({ asset }) => asset?.sizeBytes ?? null,
    }),
    variantName: t.string({
      nullable: true,
      description: "The variant whose video track it contains.",
      resolve: ({ asset }) => asset?.variant ?? null,
    }),
  }),
});

builder.prismaObjectField(Video, "poster", (t) =>
  t.field({
    type: Poster,
    nullable: true,
    description: "The poster, chosen by the worker or with `setPoster`. Null until it exists.",
    select: columns,
    resolve: (video, _args, ctx) => findAsset(ctx, "poster", video),
  }),
);

builder.prismaObjectField(Video, "preview", (t) =>
  t.field({
    type: PreviewType,
    nullable: true,
    description: "A short silent loop. Null unless the profile's `preview` or `requestPreview` asked for it.",
    select: columns,
    resolve: (video, _args, ctx) => findAsset(ctx, "preview", video),
  }),
);

builder.prismaObjectField(Video, "download", (t) =>
  t.field({
    type: DownloadType,
    nullable: true,
    description:
      "An MP4 of the whole video. Null unless the profile's `download` or `requestDownload` asked for it.",
    select: columns,
    resolve: (video, _args, ctx) => findAsset(ctx, "download", video),
  }),
);
