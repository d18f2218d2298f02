import type { VideoStreamProbe } from "@reelay/contracts";
import { words } from "../ffmpeg/index.ts";

type Colours = Pick<
  VideoStreamProbe,
  | "pixelFormat"
  | "width"
  | "height"
  | "hdr"
  | "colorPrimaries"
  | "colorTransfer"
  | "colorSpace"
  | "colorRange"
>;

/** Red, green and blue as they are, palettes of them, and grey: no matrix has been applied yet. */
const isRgb = (pixelFormat: string | null): boolean =>
  /^(gbr|rgb|bgr|argb|abgr|0rgb|0bgr|x2rgb|x2bgr|pal8)/.test(pixelFormat ?? "");

/** Lines from which on players take untagged pictures for BT.709 (ITU-R BT.601 and BT.709 are told apart by size where nothing else is said). */
const hdLines = 720;

/**
 * How the pictures' colours reach the variants: options for the first `scale`, and the filters that label what the source does not. Without a label players
 * guess by size, i.e. differently for each rung of one video. What is tagged stays as it is tagged. Pure.
 */
export function planColours(video: Colours): { scale: string; labels: string[] } {
  const range = video.colorRange === "pc" ? ":out_range=tv" : "";
  if (isRgb(video.pixelFormat))
    return { scale: `:out_color_matrix=bt709${range}`, labels: [`setparams=${join(all("bt709"))}`] };
  if (video.hdr) return { scale: range, labels: [] };
  const usual = Math.min(video.width, video.height) >= hdLines ? "bt709" : "smpte170m";
  const missing = {
    ...(isUnknown(video.colorSpace) && { colorspace: usual }),
    ...(isUnknown(video.colorPrimaries) && { color_primaries: usual }),
    ...(isUnknown(video.colorTransfer) && { color_trc: usual }),
  };
  return {
    scale: range,
    labels: Object.keys(missing).length > 0 ? [`setparams=${join(missing)}`] : [],
  };
}

const unknown = new Set(words("unknown reserved unspecified"));
const isUnknown = (tag: string | null): boolean => tag === null || unknown.has(tag);

const all = (name: string) => ({ colorspace: name, color_primaries: name, color_trc: name });

const join = (options: Record<string, string>): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(":");
