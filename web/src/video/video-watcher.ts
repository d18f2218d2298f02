import type { ApolloClient } from "@apollo/client";
import type { VideoWatcher } from "@reelay/player";
import { type PlayerStateFragment, PlayerStateFragmentDoc } from "../api/documents.ts";

/** Tells the player how far a video is, by the cache that the page's subscriptions keep up to date. */
export const createVideoWatcher = (client: ApolloClient): VideoWatcher => ({
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
