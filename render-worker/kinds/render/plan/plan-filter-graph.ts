import type { DevicePlan } from "../../../media/devices/index.ts";
import { DEINTERLACE, planPictureFilters, planTimes } from "../../../media/filters/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import { type RenderSpan, wholeSpan } from "../../../media/timeline/index.ts";
import { uploadFilters } from "./plan-device-graph.ts";
import type { Repeats } from "./plan-repeats.ts";
import { planThinning } from "./plan-thinning.ts";
import { tap } from "./tap.ts";

/**
 * From the decoded frame to one labelled stream per rung. Filters that all rungs share (interlacing, frame
 * rate, size, pixel aspect, dynamic range) run once, and each rung is scaled from the next larger one, which
 * measured as the cheapest. Frames that a rung drops are dropped before scaling. ffmpeg applies rotation and
 * mirroring from the display matrix before the graph.
 *
 * @param rungs largest first
 * @param devices of the encoders; frames are uploaded at the end of each rung's chain
 * @param repeats where the current frame is repeated
 * @param from label of the frames. Default: those of the source
 */
export function planFilterGraph(
  source: SourceFile,
  rungs: readonly PlannedRung[],
  filters: readonly string[],
  span: RenderSpan = wholeSpan,
  devices?: DevicePlan,
  repeats: Repeats | null = null,
  from = `[0:${source.videoIndex}]`,
): string {
  const [top, ...rest] = rungs;
  if (!top) return "";
  const thinnings = planThinning(source, rungs);
  const common = planPictureFilters(source, top, filters, span, thinnings[0]?.shared);
  /** Filters for this rung only. */
  const ownOf = (rung: PlannedRung, index: number) => [
    ...(thinnings[index]?.own ?? []),
    ...(devices ? uploadFilters(devices, rung.name) : []),
  ];
  const begin = planBeginning(source, span, { repeats, from });
  const chains = [`${begin}${common.join(",")}${tap(top, rest[0], ownOf(top, 0))}`];
  for (const [index, rung] of [...rungs.entries()].slice(1)) {
    const shared = thinnings[index]?.shared ?? [];
    const filters = [...shared, `scale=${rung.width}:${rung.height}`, "setsar=1"].join(",");
    chains.push(`[to-${rung.name}]${filters}${tap(rung, rungs[index + 1], ownOf(rung, index))}`);
  }
  return chains.join(";");
}

/**
 * From the source's stream to its frames with their times, including repeated ones: at each frame or beat,
 * the newest frame is shown.
 */
function planBeginning(
  source: SourceFile,
  span: RenderSpan,
  { repeats, from }: { repeats: Repeats | null; from: string },
): string {
  const times = planTimes(source, span, DEINTERLACE);
  if (repeats === null) return `${from}${times.map((filter) => `${filter},`).join("")}`;
  const both = ["streamselect=inputs=2:map=0", ...repeats.after].join(",");
  const { clock, tail } = repeats;
  const pictures =
    tail === null
      ? `${from}${[...times, clock].join(",")}`
      : `${from}${[...times, "null"].join(",")}[the_own];${tail}[the_tail];[the_own][the_tail]concat=unsafe=1,${clock}`;
  return `${pictures}[the_pictures];${repeats.beats}[the_beats];[the_pictures][the_beats]${both},`;
}
