/** Re-reads stored videos in the background and records what is damaged. */

export { type Scrub, startScrub } from "./start-scrub.ts";
