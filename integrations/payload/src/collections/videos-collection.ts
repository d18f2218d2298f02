import type { CollectionConfig, Field } from "payload";
import type { Settings } from "../options.ts";
import { afterDeleteVideo } from "../sync/deletions.ts";

/** Where the admin's components are, as import maps have them. */
const component = (name: string) => `@reelay/payload/client#${name}`;

/**
 * `DELETED`: the video was deleted in Reelay, but the document still exists. Null: no file was chosen yet.
 */
export const STATUSES = ["AWAITING_SOURCE", "PROCESSING", "PLAYABLE", "READY", "FAILED", "DELETED"] as const;

/**
 * The collection as the plugin has it. What Reelay knows is written by the plugin alone: people's requests
 * cannot change it, so that a form that was opened an hour ago takes nothing back.
 */
export function videosCollection({ slug }: Settings): CollectionConfig {
  return {
    slug,
    labels: { singular: "Video", plural: "Videos" },
    // Two documents of one video: deleting the one would take it from the other.
    disableDuplicate: true,
    admin: {
      useAsTitle: "title",
      defaultColumns: ["title", "posterUrl", "status", "updatedAt"],
      components: { beforeListTable: [component("CatchUpBar")] },
    },
    fields: [
      { name: "title", type: "text", required: true },
      {
        name: "video",
        type: "ui",
        admin: { components: { Field: component("VideoField") }, disableListColumn: true },
      },
      ours({
        name: "posterUrl",
        label: "Poster",
        type: "text",
        admin: { components: { Field: component("NoField"), Cell: component("PosterCell") } },
      }),
      ours({
        name: "status",
        type: "select",
        options: STATUSES.map((value) => ({ value, label: value })),
        index: true,
        admin: { components: { Field: component("NoField"), Cell: component("StatusCell") } },
      }),
      hidden({ name: "progress", type: "number" }),
      hidden({ name: "hlsUrl", type: "text" }),
      hidden({ name: "dashUrl", type: "text" }),
      hidden({ name: "downloadUrl", type: "text" }),
      hidden({ name: "storyboardUrl", type: "text" }),
      hidden({ name: "durationMs", type: "number" }),
      hidden({ name: "width", type: "number" }),
      hidden({ name: "height", type: "number" }),
      hidden({ name: "playableAt", type: "date" }),
      hidden({ name: "readyAt", type: "date" }),
      hidden({ name: "errorCode", type: "text" }),
      hidden({ name: "errorMessage", type: "text" }),
      hidden({ name: "filename", type: "text" }),
      hidden({ name: "sizeBytes", type: "number" }),
      hidden({ name: "reelayId", type: "text", index: true }),
      // Chosen before the video is made, so that a made video is found again though its id was never written
      // down.
      hidden({ name: "reelayKey", type: "text", index: true }),
    ],
    hooks: { afterDelete: [afterDeleteVideo] },
  };
}

/** Readable like any field; written by the plugin only. */
function ours<TField extends Field>(field: TField): TField {
  return { ...field, access: { create: denied, update: denied } };
}

function hidden(field: Field): Field {
  return { ...ours(field), admin: { hidden: true } } as Field;
}

function denied(): boolean {
  return false;
}
