import type { Capabilities } from "@reelay/contracts";
import { expect, test } from "vitest";
import { planRender } from "../../kinds/render/plan/plan-render.ts";
import { sourceOf } from "../../testing/fixtures.ts";
import { defaultProfile } from "../../testing/kit.ts";
import { toArguments } from "../ffmpeg/render-plan.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import { type ChooseRequest, chooseDevices, describeEncoder } from "./choose-devices.ts";
import { EncoderPool } from "./encoder-pool.ts";

const rung = (name: string, width: number, height: number): PlannedRung => ({
  name,
  index: 0,
  tier: "STANDARD",
  codec: "H264",
  width,
  height,
  frameRate: 30,
  bitrateBps: 1_000_000,
});
const rungs = [rung("144p", 256, 144), rung("360p", 640, 360), rung("1080p", 1920, 1080)];

const software = { name: "libx264", codec: "H264", device: null, deviceName: null };
const onDevice = (name: string, codec: string, device: string, deviceName: string) => ({
  name,
  codec,
  device,
  deviceName,
});
const twoL4: Capabilities = {
  devices: ["0", "1"].map((id) => ({ id, kind: "CUDA", name: "NVIDIA L4" })),
  encoders: [...["0", "1"].map((id) => onDevice("h264_nvenc", "H264", id, "NVIDIA L4")), software],
  decoders: ["0", "1"].map((id) => onDevice("cuda", "h264", id, "NVIDIA L4")),
};
const h100: Capabilities = {
  devices: [{ id: "0", kind: "CUDA", name: "NVIDIA H100 80GB HBM3" }],
  encoders: [software],
  decoders: [onDevice("cuda", "h264", "0", "NVIDIA H100 80GB HBM3")],
};
const node = "/dev/dri/renderD128";
const arc: Capabilities = {
  devices: [{ id: node, kind: "VAAPI", name: "Intel iHD driver" }],
  encoders: [onDevice("h264_vaapi", "H264", node, "Intel iHD driver"), software],
  decoders: [onDevice("vaapi", "h264", node, "Intel iHD driver")],
};

const choose = (capabilities: Capabilities, changes: Partial<ChooseRequest> = {}) =>
  chooseDevices({
    video: sourceOf().probe.video,
    rungs,
    capabilities,
    excluded: new Set(),
    stateOf: () => ({ sessions: 0, processes: 0, mostSessions: 8 }),
    ...changes,
  });

/** The parts of the command line that differ by device. */
function lineOf(
  capabilities: Capabilities,
  changes: Partial<ChooseRequest> = {},
  source = sourceOf(),
): string {
  const plan = planRender({
    source,
    rungs: changes.rungs ?? rungs,
    devices: choose(capabilities, { video: source.probe.video, ...changes }),
    audioTracks: [],
    profile: defaultProfile,
    filters: [],
    directory: "/work/attempt",
    limits: { sourceDurationMs: 3_600_000, sourcePixels: 36_000_000 },
  });
  return toArguments(plan)
    .join(" ")
    .replace(/^.*-vstats_file \S+ /, "")
    .replaceAll(/-(protocol|format|codec)_whitelist \S+ |-max_pixels \S+ /g, "")
    .replaceAll(/ -fps_mode passthrough -enc_time_base.*?index.m3u8/g, " …")
    .replaceAll(/ (?=-map |-filter_complex |-i )/g, "\n")
    .replaceAll(";", "\n  ;");
}

test("with NVENC, frames stay on the GPU from decoder to encoder; only a too narrow rung is downloaded", () => {
  const portrait = [rung("144p", 144, 256), rung("1080p", 1080, 1920)];
  expect(lineOf(twoL4)).toMatchInlineSnapshot(`
    "-init_hw_device cuda=gpu:0 -filter_hw_device gpu -hwaccel cuda -hwaccel_device gpu -hwaccel_output_format cuda -max_streams 200
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]scale_cuda=1920:1080:format=nv12:passthrough=0,setsar=1,split=2[1080p][to-360p]
      ;[to-360p]scale_cuda=640:360:format=nv12:passthrough=0,setsar=1,split=2[360p][to-144p]
      ;[to-144p]scale_cuda=256:144:format=nv12:passthrough=0,setsar=1[144p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',hwdownload,format=nv12,format=yuv420p,scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 4 -rc vbr -cq 27 -b:v 0 -maxrate 1000000 -bufsize 1000000 …
    -map [360p] -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 3 -rc vbr -cq 27 -b:v 0 -maxrate 1000000 -bufsize 1000000 …
    -map [144p] -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 2 -rc vbr -cq 27 -b:v 0 -maxrate 1000000 -bufsize 1000000 …"
  `);
  expect(lineOf(twoL4, { rungs: portrait })).toMatchInlineSnapshot(`
    "-init_hw_device cuda=gpu:0 -filter_hw_device gpu -hwaccel cuda -hwaccel_device gpu -hwaccel_output_format cuda -max_streams 200
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]scale_cuda=1080:1920:format=nv12:passthrough=0,setsar=1,split=2[1080p][to-144p]
      ;[to-144p]scale_cuda=144:256:format=nv12:passthrough=0,setsar=1,hwdownload,format=nv12,format=yuv420p[144p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',hwdownload,format=nv12,format=yuv420p,scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 4 -rc vbr -cq 27 -b:v 0 -maxrate 1000000 -bufsize 1000000 …
    -map [144p] -c:v libx264 -preset veryfast -profile:v high -level:v 2 -x264-params stitchable=1 -crf 23 -maxrate 1000000 -bufsize 1000000 …"
  `);
});

test("a GPU that only decodes also scales and downloads each rung for a software encoder", () => {
  expect(lineOf(h100)).toMatchInlineSnapshot(`
    "-init_hw_device cuda=gpu:0 -filter_hw_device gpu -hwaccel cuda -hwaccel_device gpu -hwaccel_output_format cuda -max_streams 200
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]scale_cuda=1920:1080:format=nv12:passthrough=0,setsar=1,split=2[for-1080p][to-360p]
      ;[for-1080p]hwdownload,format=nv12,format=yuv420p[1080p]
      ;[to-360p]scale_cuda=640:360:format=nv12:passthrough=0,setsar=1,split=2[for-360p][to-144p]
      ;[for-360p]hwdownload,format=nv12,format=yuv420p[360p]
      ;[to-144p]scale_cuda=256:144:format=nv12:passthrough=0,setsar=1,hwdownload,format=nv12,format=yuv420p[144p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',hwdownload,format=nv12,format=yuv420p,scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v libx264 -preset veryfast -profile:v high -level:v 4 -x264-params stitchable=1 -crf 23 -maxrate 1000000 -bufsize 1000000 …
    -map [360p] -c:v libx264 -preset veryfast -profile:v high -level:v 3 -x264-params stitchable=1 -crf 23 -maxrate 1000000 -bufsize 1000000 …
    -map [144p] -c:v libx264 -preset veryfast -profile:v high -level:v 2 -x264-params stitchable=1 -crf 23 -maxrate 1000000 -bufsize 1000000 …"
  `);
});

test("VAAPI decodes, scales and encodes on its device", () => {
  expect(lineOf(arc)).toMatchInlineSnapshot(`
    "-init_hw_device vaapi=gpu:/dev/dri/renderD128 -filter_hw_device gpu -hwaccel vaapi -hwaccel_device gpu -hwaccel_output_format vaapi -max_streams 200
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]scale_vaapi=1920:1080:format=nv12,setsar=1,split=2[1080p][to-360p]
      ;[to-360p]scale_vaapi=640:360:format=nv12,setsar=1,split=2[360p][to-144p]
      ;[to-144p]scale_vaapi=256:144:format=nv12,setsar=1[144p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',hwdownload,format=nv12,format=yuv420p,scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v h264_vaapi -profile:v high -level:v 40 -bf 0 -rc_mode VBR -b:v 800000 -maxrate 1000000 -bufsize 1000000 …
    -map [360p] -c:v h264_vaapi -profile:v high -level:v 30 -bf 0 -rc_mode VBR -b:v 800000 -maxrate 1000000 -bufsize 1000000 …
    -map [144p] -c:v h264_vaapi -profile:v high -level:v 20 -bf 0 -rc_mode VBR -b:v 800000 -maxrate 1000000 -bufsize 1000000 …"
  `);
});

test("a source that a device cannot decode is decoded in software and uploaded for each rung", () => {
  const turned = sourceOf({ rotation: 90 });
  expect(lineOf(twoL4, {}, turned)).toMatchInlineSnapshot(`
    "-max_streams 200
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]scale=1920:1080,setsar=1,format=yuv420p,split=2[1080p][to-360p]
      ;[to-360p]scale=640:360,setsar=1,split=2[360p][to-144p]
      ;[to-144p]scale=256:144,setsar=1[144p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 4 -rc vbr -cq 27 -b:v 0 -maxrate 1000000 -bufsize 1000000 -gpu 0 …
    -map [360p] -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 3 -rc vbr -cq 27 -b:v 0 -maxrate 1000000 -bufsize 1000000 -gpu 0 …
    -map [144p] -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 2 -rc vbr -cq 27 -b:v 0 -maxrate 1000000 -bufsize 1000000 -gpu 0 …"
  `);
  expect(lineOf(arc, {}, turned)).toMatchInlineSnapshot(`
    "-init_hw_device vaapi=gpu:/dev/dri/renderD128 -filter_hw_device gpu -max_streams 200
    -i file:/store/clip.mp4 -y
    -filter_complex [0:0]scale=1920:1080,setsar=1,format=yuv420p,split=2[for-1080p][to-360p]
      ;[for-1080p]format=nv12,hwupload[1080p]
      ;[to-360p]scale=640:360,setsar=1,split=2[for-360p][to-144p]
      ;[for-360p]format=nv12,hwupload[360p]
      ;[to-144p]scale=256:144,setsar=1,format=nv12,hwupload[144p]
    -map 0:0 -frames:v 1 -fps_mode passthrough -update 1 -atomic_writing 1 -q:v 4 -vf select='gte(t,2.000)*isnan(prev_selected_t)',scale=1280:720:out_range=pc,setsar=1,format=yuvj420p poster.jpg
    -map [1080p] -c:v h264_vaapi -profile:v high -level:v 40 -bf 0 -rc_mode VBR -b:v 800000 -maxrate 1000000 -bufsize 1000000 …
    -map [360p] -c:v h264_vaapi -profile:v high -level:v 30 -bf 0 -rc_mode VBR -b:v 800000 -maxrate 1000000 -bufsize 1000000 …
    -map [144p] -c:v h264_vaapi -profile:v high -level:v 20 -bf 0 -rc_mode VBR -b:v 800000 -maxrate 1000000 -bufsize 1000000 …"
  `);
});

test("interlacing and high frame rates are handled once, on the device", () => {
  expect(
    lineOf(twoL4, { rungs: rungs.slice(2) }, sourceOf({ isInterlaced: true, frameRate: 120 })),
  ).toContain(
    "[0:0]yadif_cuda=mode=send_frame:deint=interlaced,fps=60,select='not(mod(round(t*60),2))',scale_cuda=1920:1080",
  );
});

test.each([
  ["10-bit video", { pixelFormat: "yuv420p10le" }],
  ["HDR", { hdr: "PQ" }],
  ["full range", { colorRange: "pc" }],
  ["a codec that the device does not support", { codec: "prores" }],
] as const)("a source with %s is decoded in software", (_what, video) => {
  expect(choose(h100, { video: sourceOf(video).probe.video }).decodeOn).toBeNull();
});

const madeBy = (plan: ReturnType<typeof choose>) =>
  [...plan.encoders].map(([name, encoder]) =>
    `${name} ${describeEncoder(encoder)} ${encoder.device?.id ?? ""}`.trim(),
  );

test("within the session limit, the largest rungs use the GPU and the others software", () => {
  const plan = choose(twoL4, { stateOf: () => ({ sessions: 7, processes: 1, mostSessions: 8 }) });
  expect(madeBy(plan)).toEqual(["144p libx264", "360p libx264", "1080p h264_nvenc on NVIDIA L4 0"]);
});

test("renders are distributed over a machine's GPUs, and a released slot is reused", () => {
  const pool = new EncoderPool({ capabilities: twoL4, nvencSessions: 4 });
  const request = { video: sourceOf().probe.video, rungs, excluded: new Set<string>() };
  const first = pool.take(request);
  const second = pool.take(request);
  expect([first, second].map(({ plan }) => plan.decodeOn?.id)).toEqual(["0", "1"]);
  // One session is left on each.
  const third = pool.take(request);
  expect(madeBy(third.plan)).toEqual(["144p libx264", "360p libx264", "1080p h264_nvenc on NVIDIA L4 0"]);
  second[Symbol.dispose]();
  expect(madeBy(pool.take(request).plan)[0]).toBe("144p h264_nvenc on NVIDIA L4 1");
});

test("an encoder that failed in an attempt is replaced by the next device, then by software", () => {
  const excluded = new Set(["h264_nvenc 0"]);
  expect(madeBy(choose(twoL4, { excluded }))[0]).toBe("144p h264_nvenc on NVIDIA L4 1");
  excluded.add("h264_nvenc 1");
  const plan = choose(twoL4, { excluded });
  expect(madeBy(plan)[0]).toBe("144p libx264");
  expect(plan.decodeOn?.id).toBe("0");
});

test("a decoder or encoder that failed twice is disabled, and this is reported once", () => {
  const pool = new EncoderPool({ capabilities: h100 });
  const given = [1, 2, 3].map(() => pool.failed("decoder h264 CUDA 0"));
  expect(given).toEqual([false, true, false]);
  expect(pool.capabilities).toEqual({ devices: [], encoders: [software], decoders: [] });
});

test("a rung without an available encoder is omitted", () => {
  const plan = choose({ devices: [], encoders: [], decoders: [] });
  expect(plan).toEqual({ decodeOn: null, encoders: new Map() });
});

test("a chunk uses its head's encoder, or another only if that one is missing or failed", () => {
  const of = (encoder: string) => rungs.map((planned) => Object.assign({}, planned, { encoder }));
  expect(madeBy(choose(twoL4, { rungs: of("libx264") }))).toEqual([
    "144p libx264",
    "360p libx264",
    "1080p libx264",
  ]);
  const both: Capabilities = {
    devices: [...twoL4.devices, ...arc.devices],
    encoders: [...twoL4.encoders, ...arc.encoders.slice(0, 1)],
    decoders: [],
  };
  expect(madeBy(choose(both, { rungs: of("h264_vaapi") }))[0]).toBe(
    `144p h264_vaapi on Intel iHD driver ${node}`,
  );
  const excluded = new Set([`h264_vaapi ${node}`]);
  expect(madeBy(choose(both, { rungs: of("h264_vaapi"), excluded }))[0]).toBe(
    "144p h264_nvenc on NVIDIA L4 0",
  );
  expect(madeBy(choose(h100, { rungs: of("h264_nvenc") }))[0]).toBe("144p libx264");
});
