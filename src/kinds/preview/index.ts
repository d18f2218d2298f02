import { PreviewResult } from "@reelay/contracts";
import { assetOperations } from "../asset/asset-operations.ts";
import { toVideoParams } from "../video-params.ts";

export const preview = assetOperations({
  kind: "PREVIEW",
  toParams: async (_tx, task) => toVideoParams(task),
  plan(_task, result) {
    const { preview: stored } = PreviewResult.parse(result);
    return stored ? { video: { preview: stored }, changes: [{ type: "video.preview-stored" }] } : null;
  },
  remake: () => ({}),
});
