import { Download, DownloadResult } from "@reelay/contracts";
import { assetOperations } from "../asset/asset-operations.ts";
import { mostHeight } from "../asset/check-request.ts";
import { downloadNameOf, toVideoParams } from "../video-params.ts";
import { readSums } from "./read-sums.ts";

export const download = assetOperations({
  kind: "DOWNLOAD",
  async toParams(tx, task) {
    const params = toVideoParams(task);
    const sums = await readSums(tx, task);
    return { ...params, ...downloadNameOf(params.profile), ...(sums.length > 0 && { sums }) };
  },
  plan(_task, result) {
    const { download: stored } = DownloadResult.parse(result);
    if (!stored) return null;
    const { variant } = stored;
    return { video: { download: stored }, changes: [{ type: "video.download-stored", data: { variant } }] };
  },
  // At the height of the variant that the damaged file was made from.
  remake({ download: damaged }, profile) {
    if (profile.download || damaged === null) return {};
    const { variant } = Download.parse(damaged);
    const rung = profile.rungs.find(({ name }) => name === variant);
    return { profile: { ...profile, download: { height: rung?.height ?? mostHeight } } };
  },
});
