import "media-chrome";
import "media-chrome/menu";
import { ReelayPlayer } from "./reelay-player.ts";

export type { PlayerEvents, Quality } from "./events.ts";
export type { RefreshToken } from "./token-keeper.ts";
export type { VideoState, VideoWatcher } from "./video-state.ts";
export { english, type Words } from "./words.ts";
export { ReelayPlayer };

declare global {
  interface HTMLElementTagNameMap {
    "reelay-player": ReelayPlayer;
  }
}

// Importing the package defines the element. A second copy of the package on the page is not an error.
if (globalThis.customElements && !customElements.get("reelay-player")) {
  customElements.define("reelay-player", ReelayPlayer);
}
