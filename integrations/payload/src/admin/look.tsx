/** How it looks: Payload's own colours, light and dark. */
import type { LiveVideo } from "../endpoints/live-video.ts";

const WORDS: Record<NonNullable<LiveVideo["status"]>, string> = {
  AWAITING_SOURCE: "Waiting for its file",
  PROCESSING: "Being made",
  PLAYABLE: "Plays, still being made",
  READY: "Ready",
  FAILED: "Failed",
  DELETED: "Deleted in Reelay",
};

export const statusWord = (status: LiveVideo["status"]): string => (status ? WORDS[status] : "No file yet");

export const percent = (fraction: number): string => `${Math.floor(fraction * 100)} %`;

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
}

const CSS = `
.reelay-field { margin-bottom: var(--spacing-field, 1.5rem); display: grid; gap: 1rem; }
.reelay-field progress, .reelay-status progress { appearance: none; border: 0; width: 100%; height: .4rem; overflow: hidden;
  border-radius: 3px; background: var(--theme-elevation-150); }
:is(.reelay-field, .reelay-status) progress::-webkit-progress-bar { background: var(--theme-elevation-150); }
:is(.reelay-field, .reelay-status) progress::-webkit-progress-value { background: var(--theme-success-500); }
:is(.reelay-field, .reelay-status) progress::-moz-progress-bar { background: var(--theme-success-500); }
.reelay-drop { display: grid; gap: .5rem; justify-items: center; padding: 2rem 1rem; cursor: pointer; text-align: center;
  border: 1px dashed var(--theme-elevation-250); border-radius: var(--style-radius-m, 4px); background: var(--theme-elevation-50); }
.reelay-drop:hover, .reelay-drop[data-over="true"], .reelay-drop:focus-within { border-color: var(--theme-elevation-800); }
.reelay-drop input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.reelay-drop strong { text-decoration: underline; }
.reelay-hint { color: var(--theme-elevation-600); }
.reelay-error { color: var(--theme-error-500); }
.reelay-row { display: flex; gap: .75rem; align-items: center; flex-wrap: wrap; }
.reelay-row .btn { margin: 0; }
.reelay-field table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.reelay-field td, .reelay-field th { text-align: left; padding: .25rem .75rem .25rem 0; font-weight: normal; }
.reelay-field table { max-width: 60rem; }
.reelay-field th { width: 6rem; }
.reelay-field td:nth-child(3) { width: 6rem; }
.reelay-field td:nth-child(4) { width: 10rem; }
.reelay-field td progress { display: block; }
.reelay-field reelay-player { display: block; width: 100%; max-width: 60rem; aspect-ratio: 16 / 9; background: #000; }
.reelay-status { display: inline-grid; gap: .25rem; min-width: 9rem; }
.reelay-status[data-status="READY"] { color: var(--theme-success-600, inherit); }
.reelay-status[data-status="FAILED"], .reelay-status[data-status="DELETED"] { color: var(--theme-error-500); }
.reelay-poster { display: block; width: 80px; height: 45px; object-fit: cover; background: var(--theme-elevation-100); border-radius: 3px; }
.reelay-bar { display: flex; gap: 1rem; align-items: center; justify-content: flex-end; margin-bottom: 1rem; }
.reelay-bar .btn { margin: 0; }
`;

/** React puts it into the page's head, once. */
export const Styles = () => (
  <style href="reelay-payload" precedence="medium">
    {CSS}
  </style>
);
