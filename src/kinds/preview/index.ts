import { PreviewResult } from "@reelay/contracts";
import { toAssetRow } from "../../database/index.ts";
import { assetOperations } from "../asset/index.ts";
import { toVideoParams } from "../video-params.ts";
import { previewAfter } from "./preview-after.ts";

export const preview = assetOperations({
  kind: "PREVIEW",
  toParams: async (_tx, task) => toVideoParams(task),
  afterRender: previewAfter,
  plan(_task, result) {
    const { preview: stored } = PreviewResult.parse(result);
    if (!stored) return null;
    const asset = toAssetRow("preview", { version: 1, ...stored });
    return { asset, changes: [{ type: "video.preview-stored" }] };
  },
  remake: () => ({}),
});
export { requestPreview } from "./request-preview.ts";
