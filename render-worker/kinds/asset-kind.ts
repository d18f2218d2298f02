import type { VideoParams } from "@reelay/contracts";
import { type KindSchemas, prepareKind } from "../attempt/index.ts";
import type { MediaAttempt } from "./ffmpeg/index.ts";
import type { WorkerKind } from "./kind.ts";

/** A result before the object is stored, or when there is nothing to make. */
type Pending<Result> = { [Field in keyof Result]: Result[Field] | null };

interface AssetOptions<Params extends VideoParams, Result extends object> {
  definition: KindSchemas<Params>;
  initial: Pending<Result>;
  /** Makes and stores the object. */
  make: (attempt: MediaAttempt<Params>) => Promise<Result>;
  /** The object's key. */
  keyOf: (result: Pending<Result>) => string | null | undefined;
}

/** A kind that makes one object of a video with ffmpeg. */
export const assetKind = <Params extends VideoParams, Result extends object>({
  definition,
  initial,
  make,
  keyOf,
}: AssetOptions<Params, Result>): WorkerKind => ({
  async prepare(host) {
    const runtime = await host.ffmpeg();
    return prepareKind<Params, Pending<Result>>({
      definition,
      initial,
      async run({ state, ...attempt }, params) {
        const result = await make(runtime.begin(attempt, params));
        state.update(() => result);
      },
      finished: (result) => [keyOf(result)].filter((key) => typeof key === "string"),
      offer: () => ({ runtime: "ffmpeg", version: runtime.tools.ffmpeg.version }),
    });
  },
});
