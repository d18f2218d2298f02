import { expect, test } from "vitest";
import { encoderTable } from "../ffmpeg/encoder-table.ts";
import type { KnownDevice } from "./device-table.ts";
import { planDecoderTrial, planEncoderTrial } from "./plan-trials.ts";

const node: KnownDevice = { id: "/dev/dri/renderD128", kind: "VAAPI", name: "Intel" };
const trialOf = (name: string, device: KnownDevice | null) =>
  encoderTable
    .filter((row) => row.name === name)
    .map((row) => planEncoderTrial(row, device).join(" "))
    .join("");

test("an encoder trial uses the same options as a render, on its device", () => {
  expect([
    trialOf("h264_nvenc", { id: "1", kind: "CUDA", name: "NVIDIA L4" }),
    trialOf("h264_vaapi", node),
    trialOf("h264_qsv", { ...node, kind: "QSV" }),
    trialOf("libx265", null),
  ]).toMatchInlineSnapshot(`
    [
      "-hide_banner -nostdin -v error -f lavfi -i testsrc2=s=320x192:r=25:d=1 -map 0:v -vf format=yuv420p -c:v h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 1.3 -rc vbr -cq 27 -b:v 0 -maxrate 600000 -bufsize 600000 -gpu 1 -force_key_frames expr:gte(t,n_forced*0.4) -forced-idr 1 -no-scenecut 1 -g 250 -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof pipe:1",
      "-hide_banner -nostdin -v error -init_hw_device vaapi=gpu:/dev/dri/renderD128 -filter_hw_device gpu -f lavfi -i testsrc2=s=320x192:r=25:d=1 -map 0:v -vf format=yuv420p,format=nv12,hwupload -c:v h264_vaapi -profile:v high -level:v 13 -bf 0 -rc_mode VBR -b:v 480000 -maxrate 600000 -bufsize 600000 -force_key_frames expr:gte(t,n_forced*0.4) -idr_interval 0 -flags +cgop -g 250 -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof pipe:1",
      "-hide_banner -nostdin -v error -init_hw_device qsv=gpu:hw_any,child_device=/dev/dri/renderD128 -filter_hw_device gpu -f lavfi -i testsrc2=s=320x192:r=25:d=1 -map 0:v -vf format=yuv420p,format=nv12,hwupload=extra_hw_frames=64,format=qsv -c:v h264_qsv -preset veryfast -profile:v high -level:v 13 -global_quality 25 -b:v 600000 -maxrate 600000 -bufsize 600000 -force_key_frames expr:gte(t,n_forced*0.4) -forced_idr 1 -idr_interval 0 -adaptive_i 0 -flags +cgop -g 250 -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof pipe:1",
      "-hide_banner -nostdin -v error -f lavfi -i testsrc2=s=320x192:r=25:d=1 -map 0:v -vf format=yuv420p -c:v libx265 -preset superfast -profile:v main -tag:v hvc1 -crf 26 -maxrate 600000 -bufsize 600000 -force_key_frames expr:gte(t,n_forced*0.4) -forced-idr 1 -x265-params open-gop=0:scenecut=0:log-level=warning -g 250 -f mp4 -movflags frag_keyframe+empty_moov+default_base_moof pipe:1",
    ]
  `);
});

test("a decoder trial ends in a filter that only accepts frames on the device", () => {
  expect([
    planDecoderTrial({ id: "0", kind: "CUDA", name: "NVIDIA L4" }, "/tmp/h264.mkv").join(" "),
    planDecoderTrial(node, "/tmp/h264.mkv").join(" "),
  ]).toMatchInlineSnapshot(`
    [
      "-hide_banner -nostdin -v error -init_hw_device cuda=gpu:0 -filter_hw_device gpu -hwaccel cuda -hwaccel_device gpu -hwaccel_output_format cuda -i /tmp/h264.mkv -map 0:v -vf scale_cuda=160:96:format=nv12:passthrough=0,hwdownload,format=nv12,format=yuv420p -f null -",
      "-hide_banner -nostdin -v error -init_hw_device vaapi=gpu:/dev/dri/renderD128 -filter_hw_device gpu -hwaccel vaapi -hwaccel_device gpu -hwaccel_output_format vaapi -i /tmp/h264.mkv -map 0:v -vf scale_vaapi=160:96:format=nv12,hwdownload,format=nv12,format=yuv420p -f null -",
    ]
  `);
});
