import { poster as definition, PosterResult } from "@reelay/contracts";
import { isMedia, toAssetRow } from "../../database/index.ts";
import { assetOperations } from "../asset/index.ts";
import { toVideoParams } from "../video-params.ts";

const atMsOf = ({ params }: { params: unknown }): number => definition.taskParams.parse(params).atMs;

export const poster = assetOperations({
  kind: "POSTER",
  isSmall: true,
  needsVariants: false,
  async toParams(_tx, task) {
    const { source } = task.job.video;
    const fromVariants = source !== null && !isMedia(source.kind);
    return { ...toVideoParams(task), atMs: atMsOf(task), ...(fromVariants && { fromVariants }) };
  },
  toScope: (task) => ({ startMs: atMsOf(task), endMs: atMsOf(task), makes: () => false }),
  plan(task, result) {
    const { posterKey } = PosterResult.parse(result);
    if (posterKey === null) return null;
    const atMs = atMsOf(task);
    return {
      asset: toAssetRow("poster", { version: 1, key: posterKey, atMs }),
      changes: [{ type: "video.poster-stored", data: { atMs } }],
    };
  },
  // Without a chosen time, workers also choose one near the beginning.
  remake: ({ poster: damaged, durationMs }) => ({
    params: { version: 1, atMs: damaged?.atMs ?? Math.floor((durationMs ?? 0) / 10) },
  }),
});
export { setPoster } from "./set-poster.ts";
