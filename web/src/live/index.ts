/** Live changes of videos and of the time. */

export { EventsProvider, useEvents } from "./events.tsx";
export { useNow } from "./use-now.ts";
export { correctionOf, isMoving, useVideoLive, useVideosLive } from "./use-video-live.ts";
