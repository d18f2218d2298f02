import { DownloadResult } from "@reelay/contracts";
import { toAssetRow } from "../../database/index.ts";
import { assetOperations, MOST_HEIGHT } from "../asset/index.ts";
import { downloadNameOf, toVideoParams } from "../video-params.ts";
import { missingDownload } from "./missing-download.ts";
import { readSums } from "./read-sums.ts";

export const download = assetOperations({
  kind: "DOWNLOAD",
  async toParams(tx, task) {
    const params = toVideoParams(task);
    const sums = await readSums(tx, task);
    return { ...params, ...downloadNameOf(params.profile), ...(sums.length > 0 && { sums }) };
  },
  missing: missingDownload,
  plan(_task, result) {
    const { download: stored } = DownloadResult.parse(result);
    if (!stored) return null;
    const { variant } = stored;
    const asset = toAssetRow("download", { version: 1, ...stored });
    return { asset, changes: [{ type: "video.download-stored", data: { variant } }] };
  },
  // At the height of the variant that the damaged file was made from.
  remake({ download: damaged }, profile) {
    if (profile.download || damaged === null) return {};
    const rung = profile.rungs.find(({ name }) => name === damaged.variant);
    return { profile: { ...profile, download: { height: rung?.height ?? MOST_HEIGHT } } };
  },
});
export { requestDownload } from "./request-download.ts";
