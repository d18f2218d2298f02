import type { RequestOptions } from "./create-video.ts";
import {
  CheckSourceDocument,
  type CheckSourceInput,
  type CheckSourceMutation,
  type SourceCheckStateFragment,
} from "./generated.ts";
import type { Ask } from "./http.ts";
import type { Result } from "./results.ts";

type Members = CheckSourceMutation["checkSource"];
export type CheckSourceFailure = Exclude<Members, { __typename: "SourceCheck" }>;
export type CheckSourceResult = Result<"check", SourceCheckStateFragment, CheckSourceFailure>;

/**
 * Checks a source without making a video of it. A lost answer is requested again: equal sources share a
 * check.
 *
 * @throws ReelayError for unexpected errors, for example `UNAUTHENTICATED`.
 */
export async function checkSource(
  ask: Ask,
  input: CheckSourceInput,
  { signal }: RequestOptions = {},
): Promise<CheckSourceResult> {
  const { checkSource: result } = await ask(CheckSourceDocument, { input }, { signal, tries: 5 });
  return result.__typename === "SourceCheck" ? { ok: true, check: result } : { ok: false, error: result };
}
