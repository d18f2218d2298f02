import type { ApolloClient } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import type { ReelayPlayer as PlayerElement, VideoWatcher } from "@reelay/player";
import { ReelayPlayer } from "@reelay/player/react";
import { type Ref, useCallback, useMemo } from "react";
import { FreshPlaybackDocument, type PlayerStateFragment, PlayerStateFragmentDoc } from "../api/index.ts";

interface PlayerProps {
  id: string;
  /** The HLS master playlist. */
  src: string;
  title: string;
  autoPlay?: boolean;
  /** The element, for its time. */
  ref: Ref<PlayerElement>;
}

/**
 * The same player that everybody else gets. Loaded where something is played: it is as large as all the rest
 * of the console.
 */
export default function Player({ id, src, title, autoPlay = false, ref }: PlayerProps) {
  const apollo = useApolloClient();
  const watcher = useMemo(() => createVideoWatcher(apollo), [apollo]);
  const refresh = useCallback(() => freshToken(apollo, id), [apollo, id]);
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a fieldset is for forms
    <div className="player" role="group" aria-label={`Player: ${title}`}>
      <ReelayPlayer {...{ videoId: id, src, autoPlay, client: watcher, refreshToken: refresh }} ref={ref} />
    </div>
  );
}

/**
 * The token in the addresses that the API gives now, for a SIGNED video that plays for longer than its token
 * lives.
 */
async function freshToken(client: ApolloClient, id: string): Promise<string> {
  const { data } = await client.query({
    query: FreshPlaybackDocument,
    variables: { id },
    fetchPolicy: "network-only",
  });
  const token = /\/~([^/]*)\/videos\//.exec(data?.video?.playback?.hlsUrl ?? "")?.[1];
  if (token === undefined) throw new Error("The video has no address to play any more.");
  return token;
}

/** Tells the player how far a video is, by the cache that the page's subscriptions keep up to date. */
const createVideoWatcher = (client: ApolloClient): VideoWatcher => ({
  async *watch(id, { signal }) {
    let latest: PlayerStateFragment | undefined;
    let wake = () => {};
    signal.addEventListener("abort", () => wake(), { once: true });
    const subscription = client
      .watchFragment({
        ...{ fragment: PlayerStateFragmentDoc, fragmentName: "PlayerState" },
        from: { __typename: "Video", id },
      })
      .subscribe((result) => {
        if (result.dataState !== "complete") return;
        latest = result.data;
        wake();
      });
    try {
      while (!signal.aborted) {
        const state = latest;
        latest = undefined;
        // A player that is slow gets the newest.
        if (state) yield state;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      subscription.unsubscribe();
    }
  },
});
