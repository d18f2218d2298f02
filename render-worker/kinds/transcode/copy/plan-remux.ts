import { SOURCE_VARIANT_NAME } from "@reelay/contracts";
import {
  type DecodeLimits,
  INIT_FILE,
  PLAYLIST_FILE,
  type PlannedOutput,
  type RenderPlan,
  safeInputOptions,
  words,
} from "../../../media/ffmpeg/index.ts";
import type { RemuxWork } from "./remux-work.ts";

interface RemuxRequest extends RemuxWork {
  /** Contains one folder per rendition, which must exist. */
  directory: string;
  limits: DecodeLimits & { sourceDurationMs: number };
}

/** One ffmpeg process that copies the source's packets into segments without decoding. Pure. */
export function planRemux(request: RemuxRequest): RenderPlan {
  const { source, plan, audioTracks, directory, limits } = request;
  const outputs: PlannedOutput[] = [];
  if (request.withPicture) {
    outputs.push(
      copyTo(request, SOURCE_VARIANT_NAME, plan.cuts.pieceMs, [
        ...words(`-map 0:${source.videoIndex} -c:v copy`),
        // Uses the times of the encoded variants: the first frame is shown at 0, and a late one lasts from
        // the beginning.
        ...words("-bsf:v setts=pts='if(eq(N,0),0,PTS)':dts='if(eq(N,0),DTS-PTS,DTS)'"),
      ]),
    );
  }
  for (const { track, primingPackets } of audioTracks) {
    // Packets that contain only the encoder's delay are dropped, rounded to whole packets: the rest starts at
    // 0 for every player.
    const drop = primingPackets > 0 ? `noise=drop=lt(n\\,${primingPackets}),` : "";
    outputs.push(
      copyTo(request, track.name, AUDIO_PIECE_MS, [
        ...words(`-map 0:${track.index} -c:a copy`),
        ...words(`-bsf:a ${drop}setts=pts=PTS-STARTPTS:dts=DTS-STARTDTS`),
      ]),
    );
  }
  return {
    inputOptions: [
      ...words("-hide_banner -nostdin -loglevel warning"),
      ...words("-nostats -progress pipe:1 -stats_period 0.5"),
      ...safeInputOptions(limits, source.input),
    ],
    input: source.input,
    directory,
    filterGraph: null,
    outputs,
  };
}

/** Every audio packet could start a segment. */
const AUDIO_PIECE_MS = 1_000;

function copyTo(request: RemuxRequest, name: string, pieceMs: number, copying: string[]): PlannedOutput {
  return {
    name,
    options: [
      ...copying,
      ...words("-map_metadata -1 -map_chapters -1 -sn -dn"),
      ...words(`-t ${request.limits.sourceDurationMs / 1000}`),
      ...words(`-hls_time ${pieceMs / 1000} -hls_playlist_type event`),
      ...words(`-hls_segment_type fmp4 -hls_fmp4_init_filename ${INIT_FILE}`),
      ...words("-hls_flags independent_segments+temp_file"),
      ...words("-avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont"),
      ...words(`-hls_segment_filename ${name}/%05d.m4s`),
    ],
    path: `${name}/${PLAYLIST_FILE}`,
  };
}
