import type { ApolloClient } from "@apollo/client";
import {
  explain,
  RefusedError,
  refusal,
  UpdateVideoSourceDocument,
  type UpdateVideoSourceInput,
} from "../api/index.ts";

/**
 * Begins another edition of a video at its address.
 * @throws RefusedError with the API's sentence, or an error that explains why there is no answer.
 */
export async function correctVideo(client: ApolloClient, input: UpdateVideoSourceInput): Promise<void> {
  const { data } = await client
    .mutate({ mutation: UpdateVideoSourceDocument, variables: { input } })
    .catch((error: unknown) => Promise.reject(new Error(explain(error), { cause: error })));
  const result = data?.updateVideoSource;
  if (result?.__typename === "InvalidDataError") throw new RefusedError(result.message, result.issues);
  const refused = refusal(result);
  if (refused !== null || !result) throw new RefusedError(refused ?? "The API did not answer.");
}
