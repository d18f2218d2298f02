import { isDeepStrictEqual } from "node:util";
import type { Account } from "@reelay/contracts";
import { reserveIdleMemory } from "../../../host/index.ts";
import { type FinishedRendition, measureQuality } from "../../../media/quality/index.ts";
import type { RenderAttempt } from "../context.ts";
import type { Made, RenderWork } from "../encode/index.ts";
import { assureQuality } from "./assure-quality.ts";
import { describeOutput } from "./describe-output.ts";
import { readRenditions } from "./read-renditions.ts";
import { writeManifest } from "./write-manifest.ts";

/**
 * Ends a successful attempt: reports the end with an account of the output, then measures quality when the
 * CPU is idle. Throws only before the end is reported.
 *
 * @param lastly work to do before that
 */
export async function conclude(
  context: RenderAttempt,
  work: RenderWork,
  first: Made,
  lastly: () => Promise<void>,
): Promise<void> {
  const { signal, log } = context;
  const { source, part } = work;
  const { made, quality } = await assureQuality(context, work, first);
  const renditions = await readRenditions(context, work.rungs);
  const provenance = await describeOutput(context, renditions, made);
  // A source that is rendered whole is short, so reading it is cheap.
  const sourceHash = part.kind === "WHOLE" ? await hashOf(context) : null;
  const account: Account = { provenance, sourceHash, quality };
  await writeManifest(context, source, account);
  await lastly();
  await context.complete(account);
  try {
    await context.whenIdle(async () => {
      const later = await accountLater(context, work, account, renditions);
      if (later !== null) await context.reporter.accounted(later);
    });
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, "quality.not-measured");
  }
}

/** Facts that nothing waits for; null if there are none. */
async function accountLater(
  context: RenderAttempt,
  { source, part }: RenderWork,
  account: Account,
  renditions: readonly FinishedRendition[],
): Promise<Account | null> {
  // One task per video, the first, reads the whole source for all.
  const sourceHash = part.kind === "HEAD" ? await hashOf(context) : account.sourceHash;
  const isMeasured = Object.keys(account.quality).length > 0;
  const quality = isMeasured
    ? account.quality
    : await measureQuality(renditions, {
        ...context,
        source,
        directory: context.directory.path,
        limits: context.config.limits,
        reserveMemory: (need, work) => reserveIdleMemory(context, need, work),
      });
  if (!isMeasured && Object.keys(quality).length > 0) context.log.info({ quality }, "quality.measured");
  const later = { ...account, sourceHash, quality };
  return isDeepStrictEqual(later, account) ? null : later;
}

const hashOf = async ({ source }: RenderAttempt): Promise<string | null> => (await source?.hash()) ?? null;
