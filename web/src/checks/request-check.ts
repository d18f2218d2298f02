import type { ApolloClient } from "@apollo/client";
import {
  type CheckedSourceFragment,
  CheckSourceDocument,
  type CheckSourceInput,
  RefusedError,
  refusal,
} from "../api/index.ts";

/** The API answers after that, also without a result. */
const WAIT_MS = 20_000;
/** Requests for one check that has no result yet. */
const MAX_REQUESTS = 6;

/**
 * The result, or what is known while no worker can check the source. Null: no longer wanted.
 * @throws RefusedError with the API's sentence when it refuses.
 */
export async function requestCheck(
  client: ApolloClient,
  input: Omit<CheckSourceInput, "waitMs">,
  isWanted: () => boolean,
): Promise<CheckedSourceFragment | null> {
  let check: CheckedSourceFragment | null = null;
  for (let requests = 0; requests < MAX_REQUESTS && isWanted(); requests += 1) {
    const variables = { input: { ...input, waitMs: WAIT_MS } };
    const { data } = await client.mutate({ mutation: CheckSourceDocument, variables });
    const result = data?.checkSource;
    if (result?.__typename === "InvalidDataError") throw new RefusedError(result.message, result.issues);
    if (result?.__typename !== "SourceCheck")
      throw new RefusedError(refusal(result) ?? "The API did not answer.");
    check = result;
    if (check.status !== "PENDING" || check.waitReason !== null) break;
  }
  return check;
}
