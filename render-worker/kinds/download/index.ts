import { assetKind } from "../asset-kind.ts";
import { makeDownload } from "./make-download.ts";

export { makeDownload } from "./make-download.ts";

/** The profile's download, made of finished variants: the source is not read. */
export const download = assetKind(
  (attempt) => makeDownload(attempt, attempt.task.keep),
  (state) => state.download?.key,
);
