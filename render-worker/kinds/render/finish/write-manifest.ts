import { type Account, audioTracksOf, objectKeys, toAudioFields } from "@reelay/contracts";
import { reportedProbe, type SourceFile } from "../../../media/probe/index.ts";
import { storeOnce } from "../../../store/index.ts";
import type { RenderAttempt } from "../context.ts";

/**
 * Stores a manifest beside the attempt's output: the source's hash, build and command. `settings` are what
 * else determines the output, such as the size and the materials of a script.
 */
export async function writeManifest(
  context: RenderAttempt,
  source: SourceFile,
  account: Account,
  settings?: object,
): Promise<void> {
  const { config, ref, signal, state, store, task } = context;
  const { variants, posterKey } = state.current;
  const manifest = {
    videoId: ref.videoId,
    jobId: ref.jobId,
    taskId: ref.taskId,
    attemptId: ref.attemptId,
    worker: {
      id: config.workerId,
      hostname: config.hostname,
      version: config.version,
    },
    part: task.part ?? null,
    madeBy: account.provenance,
    source: {
      key: task.source.key,
      generation: context.source?.generation ?? null,
      // Of the whole file. A part's task reads only its part; its head's manifest has the hash.
      hash: account.sourceHash,
      probe: reportedProbe(source),
      ...(settings && { settings }),
    },
    made: {
      variants: variants.filter(({ status }) => status === "READY"),
      parts: state.current.parts ?? [],
      ...toAudioFields(audioTracksOf(state.current)),
      posterKey,
    },
    endedAt: new Date().toISOString(),
  };
  const key = objectKeys.attemptManifest(ref.videoId, ref.attemptId);
  const body = Buffer.from(JSON.stringify(manifest, null, 2));
  await storeOnce(store, key, body, { contentType: "application/json", signal });
}
