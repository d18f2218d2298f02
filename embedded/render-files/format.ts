/** Formats a video and its variants as text. */
import type { WatchedVariant, WatchedVideo } from "./documents.ts";

const BAR_CELLS = 30;

/** `████████░░░░` of 30 cells. */
export function barOf(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}

export const percentOf = (fraction: number): string => `${Math.floor(fraction * 100)}%`;

/** `1:05`, `2:03:09`; `-` if unknown. */
export function clockOf(ms: number | null): string {
  if (ms === null) return "-";
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * `43%  112 fps  3.7x  ETA 0:12` while rendering, otherwise the state.
 *
 * @param ofVideo the video's error, which is shown once, not with every variant
 */
export function describeVariant(variant: WatchedVariant, ofVideo: WatchedVideo["error"] = null): string {
  const { status, fraction, fps, speed, etaMs, skipReason } = variant;
  const error = variant.error?.message === ofVideo?.message ? null : variant.error;
  if (status === "RENDERING") {
    return [
      percentOf(fraction).padStart(4),
      `${fps === null ? "-" : Math.round(fps)} fps`.padStart(8),
      `${speed === null ? "-" : speed.toFixed(1)}x`.padStart(6),
      `ETA ${clockOf(etaMs)}`,
    ].join("  ");
  }
  const reason = error ? `${error.code}: ${error.message}` : skipReason;
  return reason ? `${status} (${reason})` : status;
}

/** `animation 4 of 10: Create(Circle)`. */
export function describeStep({ kind, index, count, name }: NonNullable<WatchedVideo["step"]>): string {
  const place = count === null || index >= count ? `${index + 1}` : `${index + 1} of ${count}`;
  return `${kind.toLowerCase()} ${place}: ${name}`;
}

const TRACEBACK = "Traceback (most recent call last):";

/** Why a video failed, for a script with its own lines, and what to type next. Pure. */
export function describeFailure(name: string, error: WatchedVideo["error"]): string {
  const { code, message, logTail } = error ?? { code: "FAILED", message: "no reason given" };
  const lines = [`${name} FAILED: ${code}: ${message}`];
  if (logTail?.startsWith(TRACEBACK)) lines.push("", logTail.trimEnd().replaceAll(/^/gm, "  "));
  if (code === "SCENE_AMBIGUOUS") lines.push("", `  npm start -- --scene NAME ${name}`);
  return lines.join("\n");
}

const units = ["B", "KB", "MB", "GB", "TB"];

/** `1.4 MB`. */
export function bytesOf(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
