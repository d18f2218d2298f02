"use client";
/** What the admin page shows. Named in import maps, see `videos-collection.ts`. */

export { CatchUpBar } from "./admin/catch-up-bar.tsx";
export { NoField, PosterCell, StatusCell } from "./admin/cells.tsx";
export { VideoField } from "./admin/video-field.tsx";
