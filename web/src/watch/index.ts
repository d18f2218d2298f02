/** A video that plays while it is made: its player and its variants. */
import { lazy } from "react";

export const Player = lazy(() => import("./player.tsx"));
export { VariantTable } from "./variant-table.tsx";

/** Browsers keep a playlist for a second. */
export const PLAYLIST_MS = 1_100;
