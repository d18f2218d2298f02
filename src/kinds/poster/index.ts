import { PosterResult } from "@reelay/contracts";
import { assetOperations } from "../asset/asset-operations.ts";
import { toVideoParams } from "../video-params.ts";

export const poster = assetOperations({
  kind: "POSTER",
  isSmall: true,
  toParams: async (_tx, task) => ({ ...toVideoParams(task), atMs: task.startMs }),
  plan({ startMs: atMs }, result) {
    const { posterKey } = PosterResult.parse(result);
    if (posterKey === null) return null;
    return {
      video: { posterKey, posterAtMs: atMs },
      changes: [{ type: "video.poster-stored", data: { atMs } }],
    };
  },
  // Without a chosen time, workers also choose one near the beginning.
  remake: ({ posterAtMs, durationMs }) => ({ atMs: posterAtMs ?? Math.floor((durationMs ?? 0) / 10) }),
});
