import { createElement, useEffect, useState } from "react";
import type { LiveVideo } from "../endpoints/live-video.ts";

/**
 * The preview. The element is loaded when it is needed, and in browsers only: servers have no custom
 * elements.
 */
export function Player({ video: { hlsUrl, posterUrl, storyboardUrl } }: { video: LiveVideo }) {
  const [isLoaded, setLoaded] = useState(false);
  useEffect(() => {
    import("@reelay/player").then(
      () => setLoaded(true),
      () => {},
    );
  }, []);
  if (!isLoaded) return null;
  return createElement("reelay-player", {
    // Another token is no other video.
    key: hlsUrl?.replace(/\/~[^/?#]*(?=\/videos\/)/, ""),
    src: hlsUrl,
    ...(posterUrl && { poster: posterUrl }),
    ...(storyboardUrl && { storyboard: storyboardUrl }),
    "no-resume": "",
  });
}
