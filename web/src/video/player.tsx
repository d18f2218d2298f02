import { useApolloClient } from "@apollo/client/react";
import type { ReelayPlayer as PlayerElement } from "@reelay/player";
import { ReelayPlayer } from "@reelay/player/react";
import { type Ref, useCallback, useMemo } from "react";
import { freshToken } from "./fresh-token.ts";
import { createVideoWatcher } from "./video-watcher.ts";

interface PlayerProps {
  id: string;
  /** The HLS master playlist. */
  src: string;
  title: string;
  /** The element, for its time. */
  ref: Ref<PlayerElement>;
}

/**
 * The same player that everybody else gets. Loaded where something is played: it is as large as all the rest
 * of the console.
 */
export default function Player({ id, src, title, ref }: PlayerProps) {
  const apollo = useApolloClient();
  const watcher = useMemo(() => createVideoWatcher(apollo), [apollo]);
  const refresh = useCallback(() => freshToken(apollo, id), [apollo, id]);
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a fieldset is for forms
    <div className="player" role="group" aria-label={`Player: ${title}`}>
      <ReelayPlayer videoId={id} src={src} client={watcher} refreshToken={refresh} ref={ref} />
    </div>
  );
}
