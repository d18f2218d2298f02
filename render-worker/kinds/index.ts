/** The kinds that this worker implements. A new kind adds its folder and one line to `workerKinds`. */
import type { KindName } from "@reelay/contracts";
import { animation } from "./animation/index.ts";
import { composition } from "./composition/index.ts";
import { download } from "./download/index.ts";
import type { WorkerKind } from "./kind.ts";
import { poster } from "./poster/index.ts";
import { type PreparedKinds, type PrepareOptions, prepareAll } from "./prepare-all.ts";
import { preview } from "./preview/index.ts";
import { transcode } from "./transcode/index.ts";

export type { PreparedKinds, PrepareOptions } from "./prepare-all.ts";

const workerKinds = {
  TRANSCODE: transcode,
  ANIMATION: animation,
  COMPOSITION: composition,
  POSTER: poster,
  PREVIEW: preview,
  DOWNLOAD: download,
} satisfies Record<KindName, WorkerKind>;

/** Prepares each kind whose tools this machine has. Throws a `ToolNotFoundError` if there is none. */
export const prepareKinds = (options: PrepareOptions): Promise<PreparedKinds> =>
  prepareAll(workerKinds, options);
