import { download as definition } from "@reelay/contracts";
import { assetKind } from "../asset-kind.ts";
import { makeDownload } from "./make-download.ts";

export { makeDownload } from "./make-download.ts";

/** The profile's download, made of finished variants. The source is not read. */
export const download = assetKind({
  definition,
  initial: { download: null },
  make: async (attempt) => ({ download: await makeDownload(attempt, attempt.task.keep) }),
  keyOf: (result) => result.download?.key,
});
