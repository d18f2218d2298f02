import type { DevicePlan } from "../devices/choose-devices.ts";
import { maxFrameRate, type PlannedRung } from "../ladder/plan-ladder.ts";
import { type RenderSpan, wholeSpan } from "../part/render-span.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { uploadFilters } from "./plan-device-graph.ts";
import { trim } from "./trim.ts";

/**
 * From the decoded picture to one labelled stream per rung. What is the same for all rungs (interlacing, frame rate, size, pixel
 * aspect, dynamic range) is done once, and each rung is scaled from the next larger one, which was measured to be the cheapest.
 * Rotation is ffmpeg's own: it turns the picture by its display matrix before the graph, mirrored ones included.
 *
 * @param rungs largest first
 * @param devices that encode; the pictures are brought to them at the end of each rung's chain
 */
export function planFilterGraph(
  source: SourceFile,
  rungs: readonly PlannedRung[],
  filters: readonly string[],
  span: RenderSpan = wholeSpan,
  devices?: DevicePlan,
): string {
  const { video } = source.probe;
  const [top, ...rest] = rungs;
  if (!top) return "";
  const common = [
    // Only frames that are marked as interlaced are touched, and each gives one frame.
    ...(video.isInterlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : []),
    ...(video.frameRate !== null && video.frameRate > maxFrameRate + 0.5 ? [`fps=${maxFrameRate}`] : []),
    ...trim(span),
    `scale=${top.width}:${top.height}${video.colorRange === "pc" ? ":out_range=tv" : ""}`,
    "setsar=1",
    ...toneMap(video, filters),
    "format=yuv420p",
  ];
  const chains = [`[0:${source.videoIndex}]${common.join(",")}${tap(top, rest[0], devices)}`];
  rest.forEach((rung, index) => {
    chains.push(
      `[to-${rung.name}]scale=${rung.width}:${rung.height},setsar=1${tap(rung, rest[index + 1], devices)}`,
    );
  });
  return chains.join(";");
}

/** Ends a rung's chain: one copy to encode, where its encoder takes it, one to scale the next rung from. */
function tap(rung: PlannedRung, next: PlannedRung | undefined, devices: DevicePlan | undefined): string {
  const upload = devices ? uploadFilters(devices, rung.name) : "";
  if (!next) return `${upload}[${rung.name}]`;
  if (upload === "") return `,split=2[${rung.name}][to-${next.name}]`;
  return `,split=2[for-${rung.name}][to-${next.name}];[for-${rung.name}]${upload.slice(1)}[${rung.name}]`;
}

/**
 * High dynamic range to standard: linear light, BT.709 primaries, then a curve that keeps highlights. Where the build lacks the
 * filters the picture only looks flat: better than none.
 */
function toneMap(video: SourceFile["probe"]["video"], filters: readonly string[]): string[] {
  if (!video.hdr || !filters.includes("zscale") || !filters.includes("tonemap")) return [];
  const transfer = video.hdr === "PQ" ? "smpte2084" : "arib-std-b67";
  return [
    `zscale=transferin=${transfer}:primariesin=bt2020:matrixin=bt2020nc:transfer=linear:npl=203`,
    "format=gbrpf32le",
    "zscale=primaries=bt709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=tv",
  ];
}
