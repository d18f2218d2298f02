/** The React component of the element: properties for its attributes, callbacks for its events. */
import { createElement, type HTMLAttributes, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import type { ReelayPlayer as Player, PlayerEvents, RefreshToken, VideoWatcher } from "./index.ts";
import "./index.ts";

type Listener<TName extends keyof PlayerEvents> = (detail: PlayerEvents[TName]) => void;

export interface ReelayPlayerProps extends HTMLAttributes<HTMLElement> {
  src?: string;
  videoId?: string;
  api?: string;
  statusSrc?: string;
  /** The playback token of a SIGNED video. A new token does not interrupt playback. */
  token?: string;
  tokenUrl?: string;
  refreshToken?: RefreshToken;
  poster?: string;
  storyboard?: string;
  autoPlay?: boolean;
  muted?: boolean;
  loop?: boolean;
  /** Start at the beginning instead of the viewer's last position. */
  noResume?: boolean;
  qoeUrl?: string;
  client?: VideoWatcher;
  onStatus?: Listener<"reelay-status">;
  onFirstFrame?: Listener<"reelay-first-frame">;
  onStall?: Listener<"reelay-stall">;
  onQualitySwitch?: Listener<"reelay-switch">;
  onBuffer?: Listener<"reelay-buffer">;
  onPlayerError?: Listener<"reelay-error">;
  /** The element, for `media` and `hls`. */
  ref?: Ref<Player>;
}

/** `<ReelayPlayer videoId={id} api="https://…" onStatus={…} />` */
export function ReelayPlayer({
  videoId,
  statusSrc,
  tokenUrl,
  refreshToken,
  autoPlay,
  muted,
  loop,
  noResume,
  qoeUrl,
  client,
  onStatus,
  onFirstFrame,
  onStall,
  onQualitySwitch,
  onBuffer,
  onPlayerError,
  ref,
  ...rest
}: ReelayPlayerProps) {
  const element = useRef<Player>(null);
  useImperativeHandle(ref, () => element.current as Player);

  const listeners = {
    "reelay-status": onStatus,
    "reelay-first-frame": onFirstFrame,
    "reelay-stall": onStall,
    "reelay-switch": onQualitySwitch,
    "reelay-buffer": onBuffer,
    "reelay-error": onPlayerError,
  };
  // Callbacks change with each render: always call the newest.
  const newest = useRef(listeners);
  newest.current = listeners;
  useEffect(() => {
    const listening = new AbortController();
    for (const name of Object.keys(newest.current) as (keyof typeof listeners)[]) {
      const tell = (event: Event) =>
        (newest.current[name] as ((detail: unknown) => void) | undefined)?.((event as CustomEvent).detail);
      element.current?.addEventListener(name, tell, { signal: listening.signal });
    }
    return () => listening.abort();
  }, []);

  return createElement("reelay-player", {
    ...rest,
    ref: element,
    // A property, because React sets an element's properties before it is in the page: the player starts only
    // once.
    client,
    "video-id": videoId,
    "status-src": statusSrc,
    "token-url": tokenUrl,
    refreshToken,
    "qoe-url": qoeUrl,
    autoplay: flag(autoPlay),
    muted: flag(muted),
    loop: flag(loop),
    "no-resume": flag(noResume),
  });
}

/** A boolean attribute that works in React 18 and 19. */
const flag = (isSet: boolean | undefined) => (isSet ? "" : undefined);
