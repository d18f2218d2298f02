import { decodedSize, type SourceFile } from "../probe/index.ts";

/**
 * The filters that bring a picture to a size. One of another shape than the video's, as recordings of calls and broadcasts have in their middle, keeps its
 * own between black bars: ffmpeg sets up its graph anew for it, and the expressions with it. An MP4 states one size for all its pictures. Pure.
 *
 * @param options of `scale`, each with its colon
 */
export function planFit(
  { probe: { container, video } }: Pick<SourceFile, "probe">,
  { width, height }: { width: number; height: number },
  options: string,
): string[] {
  if (container.startsWith("mov,")) return [`scale=${width}:${height}${options}`];
  const aspect = "iw*sar/ih";
  const decoded = decodedSize(video);
  const isSame = `eq(iw,${decoded.width})*eq(ih,${decoded.height})+lt(abs(${aspect}/(${video.width}/${video.height})-1),0.02)`;
  const w = `if(${isSame},${width},max(2,2*trunc(min(${width},${height}*${aspect})/2)))`;
  const h = `if(${isSame},${height},max(2,2*trunc(min(${height},${width}/(${aspect}))/2)))`;
  return [`scale='${w}':'${h}'${options}`, `pad=${width}:${height}:-1:-1`];
}
