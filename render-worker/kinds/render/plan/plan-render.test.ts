import { expect, test } from "vitest";
import { LIVE_INPUT, toArguments } from "../../../media/ffmpeg/render-plan.ts";
import type { PlannedRung } from "../../../media/ladder/plan-ladder.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { defaultProfile } from "../../../testing/kit.ts";
import { planFilterGraph } from "./plan-filter-graph.ts";
import { planRender, type RenderRequest } from "./plan-render.ts";
import { planTimeScale } from "./plan-time-scale.ts";

const rung = (name: string, width: number, height: number, bitrateBps: number): PlannedRung => ({
  name,
  index: 0,
  tier: "STANDARD",
  codec: "H264",
  width,
  height,
  frameRate: 30,
  bitrateBps,
});
const rungs = [rung("360p", 640, 360, 800_000), rung("1080p", 1920, 1080, 6_000_000)];

const request: RenderRequest = {
  source: sourceOf(),
  rungs,
  audioTracks: sourceOf().audioTracks,
  profile: defaultProfile,
  filters: ["zscale", "tonemap"],
  directory: "/work/attempt",
  limits: { sourceDurationMs: 3_600_000, sourcePixels: 36_000_000 },
};

/** The command line, with one group of options per line. */
const toLines = (changes: Partial<RenderRequest> = {}) =>
  toArguments(planRender({ ...request, ...changes }))
    .join(" ")
    .replaceAll(/(_whitelist) \S+/g, "$1 …")
    .replaceAll(/ (?=-map |-filter_complex |-copyts |-i )/g, "\n");

test("one decode, cascaded scaling, one output per rung, audio and poster", () => {
  expect(toLines()).toMatchInlineSnapshot(`
    "-hide_banner -nostdin -loglevel warning -nostats -progress pipe:1 -stats_period 0.5 -vstats_version 2 -vstats_file vstats.log -protocol_whitelist … -format_whitelist … -codec_whitelist … -max_pixels 36000000 -max_streams 200
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]scale=1920:1080,setsar=1,format=yuv420p,split=2[1080p][to-360p];[to-360p]scale=640:360,setsar=1[360p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v libx264 -preset veryfast -profile:v high -level:v 4 -x264-params stitchable=1 -crf 23 -maxrate 6000000 -bufsize 6000000 -fps_mode passthrough -enc_time_base 1/24000 -force_key_frames 0,1,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38,40,42,44,46,48,50,52,54,56,58 -sc_threshold 0 -flags +cgop -g 120 -bsf:v setts=pts='if(eq(N,0),0,PTS)':dts='if(eq(N,0),0-1600,max(DTS,0-1600+N))':duration='if(eq(NEXT_DTS,NOPTS),max(DURATION,800),max(NEXT_DTS,0-1600+N+1)-if(eq(N,0),0-1600,max(DTS,0-1600+N)))' -t 3600 -hls_time 0.01 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename 1080p/piece-%05d.m4s 1080p/index.m3u8
    -map [360p] -c:v libx264 -preset veryfast -profile:v high -level:v 3 -x264-params stitchable=1 -crf 23 -maxrate 800000 -bufsize 800000 -fps_mode passthrough -enc_time_base 1/24000 -force_key_frames 0,1,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38,40,42,44,46,48,50,52,54,56,58 -sc_threshold 0 -flags +cgop -g 120 -bsf:v setts=pts='if(eq(N,0),0,PTS)':dts='if(eq(N,0),0-1600,max(DTS,0-1600+N))':duration='if(eq(NEXT_DTS,NOPTS),max(DURATION,800),max(NEXT_DTS,0-1600+N+1)-if(eq(N,0),0-1600,max(DTS,0-1600+N)))' -t 3600 -hls_time 0.01 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename 360p/piece-%05d.m4s 360p/index.m3u8
    -map 0:1 -af aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo -c:a aac -b:a 128000 -bsf:a noise=drop=eq(n\\,0) -t 3600 -hls_time 1 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename audio/piece-%05d.m4s audio/index.m3u8"
  `);
});

test("a head: the same commands up to its end, on the container's clock", () => {
  const span = { startMs: 0, endMs: 8_000 };
  expect(toLines({ span, entry: { seekMs: null } })).toMatchInlineSnapshot(`
    "-hide_banner -nostdin -loglevel warning -nostats -progress pipe:1 -stats_period 0.5 -vstats_version 2 -vstats_file vstats.log -protocol_whitelist … -format_whitelist … -codec_whitelist … -max_pixels 36000000 -max_streams 200
    -copyts -start_at_zero
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]trim=end=8,scale=1920:1080,setsar=1,format=yuv420p,split=2[1080p][to-360p];[to-360p]scale=640:360,setsar=1[360p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v libx264 -preset veryfast -profile:v high -level:v 4 -x264-params stitchable=1 -crf 23 -maxrate 6000000 -bufsize 6000000 -fps_mode passthrough -enc_time_base 1/24000 -force_key_frames 0,1,2,4,6 -sc_threshold 0 -flags +cgop -g 120 -bsf:v setts=pts='if(eq(N,0),0,PTS)':dts='if(eq(N,0),0-1600,max(DTS,0-1600+N))':duration='if(eq(NEXT_DTS,NOPTS),max(DURATION,800),max(NEXT_DTS,0-1600+N+1)-if(eq(N,0),0-1600,max(DTS,0-1600+N)))' -hls_time 0.01 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename 1080p/piece-%05d.m4s 1080p/index.m3u8
    -map [360p] -c:v libx264 -preset veryfast -profile:v high -level:v 3 -x264-params stitchable=1 -crf 23 -maxrate 800000 -bufsize 800000 -fps_mode passthrough -enc_time_base 1/24000 -force_key_frames 0,1,2,4,6 -sc_threshold 0 -flags +cgop -g 120 -bsf:v setts=pts='if(eq(N,0),0,PTS)':dts='if(eq(N,0),0-1600,max(DTS,0-1600+N))':duration='if(eq(NEXT_DTS,NOPTS),max(DURATION,800),max(NEXT_DTS,0-1600+N+1)-if(eq(N,0),0-1600,max(DTS,0-1600+N)))' -hls_time 0.01 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename 360p/piece-%05d.m4s 360p/index.m3u8
    -map 0:1 -af aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo -c:a aac -b:a 128000 -bsf:a noise=drop=eq(n\\,0)+gte(pts\\,384000) -t 8.5 -hls_time 1 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename audio/piece-%05d.m4s audio/index.m3u8"
  `);
});

test("a head that ends before the audio starts: the audio is silence, and the source's audio is not read", () => {
  const [track] = request.audioTracks;
  const late = (startTime: number) =>
    [{ ...track, probe: { ...track?.probe, startTime } }] as RenderRequest["audioTracks"];
  const span = { startMs: 0, endMs: 8_000 };
  const audioOf = (changes: Partial<RenderRequest>) =>
    planRender({ ...request, span, entry: { seekMs: null }, ...changes })
      .outputs.find(({ name }) => name === "audio")
      ?.options.join(" ");
  const silence = "-filter_complex anullsrc=r=48000:cl=stereo,aformat=sample_fmts=fltp[audio] -map [audio]";
  expect(audioOf({ audioTracks: late(300) })).toContain(silence);
  // The encoder reads a little beyond the end, and in a transport stream all streams count for the clock.
  expect(audioOf({ audioTracks: late(8.4) })).not.toContain("anullsrc");
  const { probe } = request.source;
  const stream = { ...request.source, probe: { ...probe, container: "mpegts" } };
  expect(audioOf({ audioTracks: late(300), source: stream })).not.toContain("anullsrc");
  expect(audioOf({ audioTracks: late(300), span: { startMs: 8_000, endMs: null } })).not.toContain(
    "anullsrc",
  );
});

test("a chunk: read from shortly before its start, cut at its borders, video only", () => {
  const span = { startMs: 8_000, endMs: 24_000 };
  const entry = { seekMs: 7_000 };
  expect(toLines({ span, entry, audioTracks: [], rungs: rungs.slice(0, 1) })).toMatchInlineSnapshot(`
    "-hide_banner -nostdin -loglevel warning -nostats -progress pipe:1 -stats_period 0.5 -vstats_version 2 -vstats_file vstats.log -protocol_whitelist … -format_whitelist … -codec_whitelist … -max_pixels 36000000 -max_streams 200
    -copyts -start_at_zero -noaccurate_seek -ss 7
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]settb=1/24000[the_pictures];nullsrc=s=16x16:r=1,settb=1/24000,setpts='if(eq(N,0),-2400000,if(eq(N,1),192200,24000000000000))'[the_beats];[the_pictures][the_beats]streamselect=inputs=2:map=0,select='not(eq(pts,192200))+isnan(prev_selected_pts)+gte(pts-prev_selected_pts,400)',trim=start=8:end=24,scale=640:360,setsar=1,format=yuv420p[360p]
    -map [360p] -c:v libx264 -preset veryfast -profile:v high -level:v 3 -x264-params stitchable=1 -crf 23 -maxrate 800000 -bufsize 800000 -fps_mode passthrough -enc_time_base 1/24000 -force_key_frames 8,10,12,14,16,18,20,22 -sc_threshold 0 -flags +cgop -g 120 -bsf:v setts=pts='PTS':dts='if(eq(N,0),STARTPTS-1600,max(DTS,STARTPTS-1600+N))':duration='if(eq(NEXT_DTS,NOPTS),max(DURATION,800),max(NEXT_DTS,STARTPTS-1600+N+1)-if(eq(N,0),STARTPTS-1600,max(DTS,STARTPTS-1600+N)))' -hls_time 0.01 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename 360p/piece-%05d.m4s 360p/index.m3u8"
  `);
});

test("the rest of the audio: encoded from the start, so that it joins the head's bit by bit", () => {
  const span = { startMs: 8_000, endMs: null };
  const entry = { seekMs: null };
  expect(toLines({ span, entry, rungs: [] })).toMatchInlineSnapshot(`
    "-hide_banner -nostdin -loglevel warning -nostats -progress pipe:1 -stats_period 0.5 -vstats_version 2 -vstats_file vstats.log -protocol_whitelist … -format_whitelist … -codec_whitelist … -max_pixels 36000000 -max_streams 200
    -copyts -start_at_zero
    -i file:/store/clip.mp4 -y
    -map 0:1 -af aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo -c:a aac -b:a 128000 -bsf:a noise=drop=lt(pts\\,384000) -t 3600 -hls_time 1 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename audio/piece-%05d.m4s audio/index.m3u8"
  `);
});

test("deinterlacing, frame rate, range and tone mapping are applied once, before the split", () => {
  const source = sourceOf({ isInterlaced: true, frameRate: 120, colorRange: "pc", hdr: "HLG" });
  expect(
    planFilterGraph(source, rungs.toReversed(), ["zscale", "tonemap"]).replaceAll(",", "\n,"),
  ).toMatchInlineSnapshot(`
    "[0:0]bwdif=mode=send_frame:deint=interlaced
    ,fps=60
    ,select='not(mod(round(t*60)
    ,2))'
    ,scale=1920:1080:out_range=tv
    ,setsar=1
    ,zscale=transferin=arib-std-b67:primariesin=bt2020:matrixin=bt2020nc:transfer=linear:npl=203
    ,format=gbrpf32le
    ,zscale=primaries=bt709
    ,tonemap=tonemap=hable:desat=0
    ,zscale=transfer=bt709:matrix=bt709:range=tv
    ,format=yuv420p
    ,split=2[1080p][to-360p];[to-360p]scale=640:360
    ,setsar=1[360p]"
  `);
});

test("without tone-mapping filters, HDR is only scaled", () => {
  expect(planFilterGraph(sourceOf({ hdr: "PQ" }), rungs.slice(0, 1), [])).toBe(
    "[0:0]scale=640:360,setsar=1,format=yuv420p[360p]",
  );
});

test.each([
  [30, 1, 24_000],
  [30_000, 1001, 30_000],
  [24_000, 1001, 24_000],
  [25, 1, 24_000],
  [60, 1, 24_000],
  [50, 1, 24_000],
])("frames at %i/%i fps fall on ticks of the time scale", (num, den) => {
  const scale = planTimeScale(sourceOf({}, { frameRate: { num, den } }));
  expect((scale * den) % num).toBe(0);
});

test("variable and unusual frame rates get a finer time scale", () => {
  expect(planTimeScale(sourceOf({ isVariableFrameRate: true }))).toBe(90_000);
  expect(planTimeScale(sourceOf({}, { frameRate: { num: 1_234_567, den: 41_152 } }))).toBe(90_000);
});

test("several audio tracks: one output each, as long as the video, at the profile's loudness", () => {
  const [track] = sourceOf().audioTracks;
  if (track === undefined) throw new Error("The fixture has audio.");
  const audioTracks = [
    track,
    { ...track, name: "audio-2", index: 3, endSeconds: 40, probe: { ...track.probe, channels: 6 } },
  ];
  const source = sourceOf({}, { audioTracks });
  const lines = toLines({ source, audioTracks, rungs: [], audioGainsDb: new Map([["audio-2", -4.5]]) });
  expect(lines).toMatchInlineSnapshot(`
    "-hide_banner -nostdin -loglevel warning -nostats -progress pipe:1 -stats_period 0.5 -vstats_version 2 -vstats_file vstats.log -protocol_whitelist … -format_whitelist … -codec_whitelist … -max_pixels 36000000 -max_streams 200
    -i file:/store/clip.mp4 -y
    -map 0:1 -af aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo -c:a aac -b:a 128000 -bsf:a noise=drop=eq(n\\,0) -t 3600 -hls_time 1 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename audio/piece-%05d.m4s audio/index.m3u8
    -map 0:3 -af aresample=48000:async=1:min_hard_comp=0.02:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,volume=-4.5dB,alimiter=limit=0.94:level=0:attack=5:release=50:latency=1,apad=whole_dur=60.000 -c:a aac -b:a 128000 -bsf:a noise=drop=eq(n\\,0) -t 3600 -hls_time 1 -map_metadata -1 -map_chapters -1 -sn -dn -hls_playlist_type event -hls_segment_type fmp4 -hls_fmp4_init_filename init.mp4 -hls_flags independent_segments+temp_file -avoid_negative_ts disabled -hls_segment_options movflags=+frag_discont+skip_sidx:write_btrt=0 -hls_segment_filename audio-2/piece-%05d.m4s audio-2/index.m3u8"
  `);
});

test("a part of a transport stream opens every track of the other parts, because the earliest sets time zero", () => {
  const [track] = sourceOf().audioTracks;
  if (track === undefined) throw new Error("The fixture has audio.");
  const { probe } = sourceOf();
  const audioTracks = [track, { ...track, name: "audio-2", index: 3 }];
  const source = { ...sourceOf({}, { audioTracks }), probe: { ...probe, container: "mpegts" } };
  const entry = { seekMs: null };
  const clocks = (changes: Partial<RenderRequest>) =>
    planRender({ ...request, source, entry, ...changes })
      .outputs.filter(({ name }) => name === "clock")
      .map(({ options }) => options[1]);
  expect(clocks({ audioTracks: [] })).toEqual(["0:1", "0:3"]);
  expect(clocks({ rungs: [], audioTracks: audioTracks.slice(1) })).toEqual(["0:0", "0:1"]);
});

test("frames that a program draws are encoded as drawings, those of a file are not", () => {
  const codingOf = (input: string) => toLines({ source: { ...sourceOf(), input } }).match(/-preset \w+/g);
  expect(codingOf(LIVE_INPUT)).toEqual(["-preset superfast", "-preset superfast"]);
  expect(codingOf("file:/clip.mp4")).toEqual(["-preset veryfast", "-preset veryfast"]);
});
