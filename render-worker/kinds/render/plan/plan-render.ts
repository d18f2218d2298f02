import type { Profile } from "@reelay/contracts";
import { mayChangeFormat, planAudioEncoding, planPadding } from "../../../media/audio/index.ts";
import type { DevicePlan } from "../../../media/devices/index.ts";
import {
  type DecodeLimits,
  INIT_FILE,
  LIVE_INPUT,
  PLAYLIST_FILE,
  type PlannedOutput,
  POSTER_FILE,
  type RenderPlan,
  STATISTICS_FILE,
  safeInputOptions,
  softwareEncoder,
  words,
} from "../../../media/ffmpeg/index.ts";
import { type PlannedRung, SLOW_RATE } from "../../../media/ladder/index.ts";
import { type AudioTrack, audioStartMs, type SourceFile } from "../../../media/probe/index.ts";
import {
  mustBeSearched,
  planClock,
  type RenderSpan,
  type SourceEntry,
  wholeSpan,
} from "../../../media/timeline/index.ts";
import { audioLimitMs, planAudioPackets } from "./plan-audio-packets.ts";
import { type Backdrop, COMPOSITE, planBackdrop, planBackdropInput } from "./plan-backdrop.ts";
import { chainOf, deviceInputOptions, deviceOutputOptions, planDeviceGraph } from "./plan-device-graph.ts";
import { planFilterGraph } from "./plan-filter-graph.ts";
import { planKeyFrames } from "./plan-key-frames.ts";
import { planPacketTimes } from "./plan-packet-times.ts";
import { planRepeats } from "./plan-repeats.ts";
import { planTimeScale } from "./plan-time-scale.ts";

/** The composite as the rungs' graph reads it. */
const SHOWN = "[the_shown]";
/** Discarded output. */
const CLOCK_FILE = "clock.nut";

export interface RenderRequest {
  source: SourceFile;
  /** Rungs to make, in any order. */
  rungs: readonly PlannedRung[];
  /** Decoder and encoders. Default: software. */
  devices?: DevicePlan;
  /** Audio tracks of the source to make. */
  audioTracks: readonly AudioTrack[];
  /** For a span from the beginning, with video. Default true. */
  withPoster?: boolean;
  /** Length of the video, if the source is only a piece of it. */
  videoMs?: number | null;
  /** A clip behind drawn pictures. Absent: none. */
  backdrop?: Backdrop;
  /** Gain of each audio track by name. Default 0. */
  audioGainsDb?: ReadonlyMap<string, number>;
  /** Default: the whole source. */
  span?: RenderSpan;
  /** For a part of a split video. Absent: the source is read from its beginning with ffmpeg's own clock. */
  entry?: SourceEntry;
  profile: Pick<Profile, "rungs" | "audio" | "segmentDurationMs" | "gopDurationMs">;
  /** Available optional filters of this ffmpeg. */
  filters: readonly string[];
  /** Contains one folder per rendition, which must exist. */
  directory: string;
  limits: DecodeLimits & { sourceDurationMs: number };
}

/** One decode feeds all rungs, the audio and the poster. Pure. */
export function planRender(request: RenderRequest): RenderPlan {
  const { source, directory, limits, span = wholeSpan, withPoster = true } = request;
  const rungs = request.rungs.toSorted((a, b) => b.height * b.width - a.height * a.width);
  const videos = rungs.map((rung) => planVideo(request, rung));
  const audio = request.audioTracks.map((track) => planAudio(request, track));
  const poster = withPoster && rungs.length > 0 && span.startMs === 0 ? [planPoster(request)] : [];
  const uses = { picture: rungs.length > 0, audioTracks: request.audioTracks };
  const clocks =
    request.entry === undefined
      ? []
      : planClock(source, uses).map(({ options }) => ({ name: "clock", options, path: CLOCK_FILE }));
  return {
    inputOptions: [
      ...words("-hide_banner -nostdin -loglevel warning"),
      // The process's heartbeat, for the stall watchdog.
      ...words("-nostats -progress pipe:1 -stats_period 0.5"),
      // One line per encoded frame and output, for each variant's progress.
      ...words(`-vstats_version 2 -vstats_file ${STATISTICS_FILE}`),
      ...(request.devices ? deviceInputOptions(request.devices) : []),
      ...safeInputOptions(limits, source.input),
      ...planSeek(request.entry),
    ],
    input: source.input,
    ...(request.backdrop && { besides: planBackdropInput(request.backdrop, limits) }),
    directory,
    filterGraph: rungs.length > 0 ? planGraph(request, rungs) : null,
    ...(request.backdrop && { posterGraph: planPosterGraph(request, poster.length > 0) }),
    // The poster first: ffmpeg 5 notices that the poster is complete only when no earlier output is
    // unfinished, and reads on until then. For a head it would decode the whole source.
    outputs: [...poster, ...videos, ...audio, ...clocks],
  };
}

/**
 * Times are those of the timeline wherever reading starts, so that the parts of a video agree. ffmpeg's own
 * cut at the seek position would drop frames that the first one depends on; the filter graph cuts instead.
 */
const planSeek = (entry: SourceEntry | undefined): string[] =>
  entry === undefined
    ? []
    : [
        ...words("-copyts -start_at_zero"),
        ...(entry.seekMs === null ? [] : words(`-noaccurate_seek -ss ${entry.seekMs / 1000}`)),
      ];

function planGraph(request: RenderRequest, rungs: readonly PlannedRung[]): string {
  const { source, filters, devices, profile, span = wholeSpan, backdrop } = request;
  if (backdrop) return planOverVideo(request, rungs, backdrop);
  const chain = devices && chainOf(devices);
  if (devices && chain) return planDeviceGraph(source, rungs, { devices, chain, span });
  const repeats = planRepeats(source, span, profile, rungs);
  return planFilterGraph(source, rungs, filters, span, devices, repeats);
}

function planOverVideo(request: RenderRequest, rungs: readonly PlannedRung[], backdrop: Backdrop): string {
  const { source, filters, devices, span } = request;
  const { width, height, frameRate } = source.probe.video;
  const shown = { width, height, frameRate: frameRate ?? 30 };
  const graph = planFilterGraph(source, rungs, filters, span, devices, null, SHOWN);
  return `${planBackdrop(backdrop, shown, filters)};${graph}`;
}

/**
 * From the composite to the input of the rungs' graph, and to the poster. A filter that ends closes its
 * input: ffmpeg 7 held all frames for one that goes on, 1.3 GB for 10 s of 1080p.
 */
function planPosterGraph(request: RenderRequest, withPoster: boolean): string {
  if (!withPoster) return `${COMPOSITE}null${SHOWN}`;
  const frame = Math.round(posterSeconds(request) * (request.source.probe.video.frameRate ?? 30));
  const shown = `trim=start_frame=${frame}:end_frame=${frame + 1},${posterScale(request)}`;
  return `${COMPOSITE}split=2${SHOWN}[for_poster];[for_poster]${shown}[poster]`;
}

function planVideo(request: RenderRequest, rung: PlannedRung): PlannedOutput {
  const { profile, source, limits, span = wholeSpan } = request;
  const gopSeconds = profile.gopDurationMs / 1000;
  const frameRate = rung.frameRate ?? 30;
  const encoder = request.devices?.encoders.get(rung.name)?.row ?? softwareEncoder(rung.codec);
  const picture = { ...rung, frameRate, isDrawn: source.input === LIVE_INPUT };
  return hlsOutput(rung.name, [
    ...words(`-map [${rung.name}] -c:v ${encoder.name} ${encoder.coding(picture)}`),
    ...words(encoder.rate(encoder.quality + (rung.qualityOffset ?? 0), rung.bitrateBps)),
    ...(request.devices ? deviceOutputOptions(request.devices, rung.name) : []),
    // Every source frame once, at its own time: none is duplicated or dropped to reach a constant rate. The
    // time base is fine enough for that, and exact for constant rates.
    ...words(`-fps_mode passthrough -enc_time_base 1/${planTimeScale(source)}`),
    ...words(`-force_key_frames ${planKeyFrames(span, source, profile, rung)}`),
    // Closed groups of pictures.
    ...words(encoder.groups),
    ...words(`-g ${Math.ceil(gopSeconds * Math.max(frameRate, 30) * 2)}`),
    ...words(`-bsf:v ${planPacketTimes(source, rung, span)}`),
    // Limits the length, whatever the source's timestamps claim.
    ...(span.endMs === null ? words(`-t ${(limits.sourceDurationMs - span.startMs) / 1000}`) : []),
    // Every key frame starts a piece. The pieces between two borders are joined into a segment when they are
    // stored.
    ...words("-hls_time 0.01"),
  ]);
}

function planAudio(request: RenderRequest, track: AudioTrack): PlannedOutput {
  const { name, index, probe } = track;
  const { limits, profile, audioGainsDb, source, span = wholeSpan } = request;
  const startMs = mayChangeFormat(source) ? audioStartMs(track, source.zeroSeconds) : null;
  const gainDb = audioGainsDb?.get(name) ?? 0;
  const { bitrateBps, filter, silence } = planAudioEncoding(profile.audio, probe.channels, gainDb, startMs);
  const chain = [filter, ...planPadding(source, track)].join(",");
  return hlsOutput(name, [
    ...(beginsLater(source, track, span)
      ? // A separate graph, since that of the video may be re-created.
        words(`-filter_complex ${silence}[${name}] -map [${name}]`)
      : words(`-map 0:${index} -af ${chain}`)),
    ...words(`-c:a aac -b:a ${bitrateBps}`),
    ...words(`-bsf:a ${planAudioPackets(span)}`),
    ...words(`-t ${audioLimitMs(span, limits.sourceDurationMs) / 1000}`),
    // Every audio packet could start a segment.
    ...words("-hls_time 1"),
  ]);
}

const FEW_PICTURES = 20;

/** Position of the poster: not the very beginning, which is often black, unless hardly any frame follows. */
function posterSeconds({ source: { probe, promised }, videoMs }: RenderRequest): number {
  const durationMs = promised.durationMs ?? videoMs ?? probe.durationMs ?? 0;
  const { frameRate } = probe.video;
  // Not every container states the number of frames.
  const frames = promised.frames ?? ((frameRate ?? 0) * durationMs) / 1000;
  const isSlow = frames / (durationMs / 1000) < SLOW_RATE;
  return durationMs < 1_000 || frames < FEW_PICTURES || isSlow ? 0 : Math.min(2, durationMs / 10_000);
}

/** A frame near the beginning, with a separate filter graph, so that it never delays the others. */
function planPoster(request: RenderRequest): PlannedOutput {
  const { source, devices } = request;
  const chain = devices && chainOf(devices);
  const map = request.backdrop ? "[poster]" : `0:${source.videoIndex}`;
  return {
    name: "poster",
    options: [
      ...words(`-map ${map} -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4`),
      ...(request.backdrop ? [] : ["-vf", posterFilters(request, chain ? `${chain.download},` : "")]),
    ],
    path: POSTER_FILE,
  };
}

/**
 * Selects one frame: ffmpeg would otherwise scale all later ones for an output that accepts no more, which
 * takes a tenth of a short encode.
 *
 * @param download filter that copies this frame from a device, with its comma
 */
const posterFilters = (request: RenderRequest, download: string): string =>
  `select='gte(t,${posterSeconds(request).toFixed(3)})*isnan(prev_selected_t)',${download}${posterScale(request)}`;

/** To an ordinary size. */
function posterScale({ source }: RenderRequest): string {
  const { width, height } = source.probe.video;
  const scale = Math.min(1, 1280 / Math.max(width, height));
  const side = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2);
  return `scale=${side(width)}:${side(height)}:out_range=pc,setsar=1,format=yuvj420p`;
}

function hlsOutput(name: string, encoding: string[]): PlannedOutput {
  return {
    name,
    options: [
      ...encoding,
      ...words("-map_metadata -1 -map_chapters -1 -sn -dn"),
      ...words("-hls_playlist_type event"),
      ...words(`-hls_segment_type fmp4 -hls_fmp4_init_filename ${INIT_FILE}`),
      // Segments and playlists get their final names only when complete.
      ...words("-hls_flags independent_segments+temp_file"),
      // Keeps times: video and audio start at 0, and an edit list accounts for B-frames. With an index in
      // each piece ("sidx") the muxer would shift the time of its first frame. The ceiling ("btrt") differs
      // between parts of a video, and the initialization segment must not.
      ...words(
        "-avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0",
      ),
      ...words(`-hls_segment_filename ${name}/piece-%05d.m4s`),
    ],
    path: `${name}/${PLAYLIST_FILE}`,
  };
}

/**
 * Whether a track's audio starts after a head: ffmpeg would read the source up to there to find that it is
 * silent before, while a viewer waits. Not for a transport stream, whose clock starts with the first of all
 * its streams.
 */
const beginsLater = (
  source: Pick<SourceFile, "probe" | "zeroSeconds">,
  track: Pick<AudioTrack, "probe">,
  span: RenderSpan,
): boolean =>
  span.startMs === 0 &&
  span.endMs !== null &&
  !mustBeSearched(source) &&
  audioStartMs(track, source.zeroSeconds) >= audioLimitMs(span, span.endMs);
