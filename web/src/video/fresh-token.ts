import type { ApolloClient } from "@apollo/client";
import { FreshPlaybackDocument } from "../api/documents.ts";

/**
 * The token in the addresses that the API gives now, for a SIGNED video that plays for longer than its token
 * lives.
 */
export async function freshToken(client: ApolloClient, id: string): Promise<string> {
  const { data } = await client.query({
    query: FreshPlaybackDocument,
    variables: { id },
    fetchPolicy: "network-only",
  });
  const token = /\/~([^/]*)\/videos\//.exec(data?.video?.playback?.hlsUrl ?? "")?.[1];
  if (token === undefined) throw new Error("The video has no address to play any more.");
  return token;
}
