/** A video's caption tracks. */

export { CaptionsCard } from "./captions-card.tsx";
