import { expect, test } from "vitest";
import { encoderFor, encoderKey, softwareEncoder } from "./encoder-for.ts";
import { encoderTable } from "./encoder-table.ts";

const picture = { width: 1280, height: 720, frameRate: 30, bitrateBps: 3_500_000 };

test("each encoder's options in addition to the common ones", () => {
  const lines = encoderTable.map(
    (row) =>
      `${row.codec} ${row.name} ${row.coding(picture)} ${row.rate(row.quality, picture.bitrateBps)} ${row.groups}`,
  );
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "H264 h264_nvenc -preset p4 -tune hq -profile:v high -bf 2 -level:v 3.1 -rc vbr -cq 27 -b:v 0 -maxrate 3500000 -bufsize 3500000 -forced-idr 1 -no-scenecut 1
    H264 h264_qsv -preset veryfast -profile:v high -level:v 31 -global_quality 25 -b:v 3500000 -maxrate 3500000 -bufsize 3500000 -forced_idr 1 -idr_interval 0 -adaptive_i 0 -flags +cgop
    H264 h264_vaapi -profile:v high -level:v 31 -bf 0 -rc_mode VBR -b:v 2800000 -maxrate 3500000 -bufsize 3500000 -idr_interval 0 -flags +cgop
    H264 h264_videotoolbox -profile:v high -b:v 2800000 -maxrate 3500000 -bufsize 3500000 -realtime 0 -flags +cgop
    H264 libx264 -preset veryfast -profile:v high -level:v 3.1 -x264-params stitchable=1 -crf 23 -maxrate 3500000 -bufsize 3500000 -sc_threshold 0 -flags +cgop
    HEVC hevc_nvenc -preset p4 -tune hq -profile:v main -bf 0 -tag:v hvc1 -rc vbr -cq 29 -b:v 0 -maxrate 3500000 -bufsize 3500000 -forced-idr 1 -no-scenecut 1
    HEVC hevc_qsv -preset veryfast -profile:v main -tag:v hvc1 -global_quality 27 -b:v 3500000 -maxrate 3500000 -bufsize 3500000 -forced_idr 1 -idr_interval 0 -flags +cgop
    HEVC hevc_vaapi -profile:v main -bf 0 -tag:v hvc1 -rc_mode VBR -b:v 2800000 -maxrate 3500000 -bufsize 3500000 -idr_interval 0 -flags +cgop
    HEVC hevc_videotoolbox -profile:v main -tag:v hvc1 -b:v 2800000 -maxrate 3500000 -bufsize 3500000 -realtime 0 -flags +cgop
    HEVC libx265 -preset superfast -profile:v main -tag:v hvc1 -crf 26 -maxrate 3500000 -bufsize 3500000 -forced-idr 1 -x265-params open-gop=0:scenecut=0:log-level=warning
    AV1 av1_nvenc -preset p4 -tune hq -bf 0 -rc vbr -cq 34 -b:v 0 -maxrate 3500000 -bufsize 3500000 -forced-idr 1 -no-scenecut 1
    AV1 av1_qsv -preset veryfast -profile:v main -global_quality 32 -b:v 3500000 -maxrate 3500000 -bufsize 3500000 -forced_idr 1 -adaptive_i 0 -flags +cgop
    AV1 av1_vaapi -profile:v main -bf 0 -rc_mode VBR -b:v 2800000 -maxrate 3500000 -bufsize 3500000 -idr_interval 0 -flags +cgop
    AV1 libsvtav1 -preset 10 -crf 35 -maxrate 3500000 -bufsize 3500000 -svtav1-params scd=0"
  `);
});

test("what a program drew is searched less for motion in software", () => {
  expect(softwareEncoder("H264").coding({ ...picture, isDrawn: true })).toBe(
    "-preset superfast -profile:v high -level:v 3.1 -x264-params stitchable=1:mbtree=1:rc-lookahead=10",
  );
});

test("every codec lists device encoders, fastest first, and a software encoder last", () => {
  for (const codec of ["H264", "HEVC", "AV1"] as const) {
    const devices = encoderTable.filter((row) => row.codec === codec).map((row) => row.device);
    expect(devices.at(-1)).toBeNull();
    expect(devices[0]).toBe("CUDA");
    expect(softwareEncoder(codec).device).toBeNull();
  }
});

const available = [
  { name: "libx264", device: null },
  { name: "h264_vaapi", device: "/dev/dri/renderD128" },
  { name: "h264_nvenc", device: "0" },
  { name: "h264_nvenc", device: "1" },
];

test("the fastest available encoder is chosen, and after a failure the next one, device by device", () => {
  const excluded = new Set<string>();
  const order: string[] = [];
  for (;;) {
    const chosen = encoderFor("H264", available, excluded);
    if (chosen === undefined) break;
    order.push(encoderKey(chosen));
    excluded.add(encoderKey(chosen));
  }
  expect(order).toEqual(["h264_nvenc 0", "h264_nvenc 1", "h264_vaapi /dev/dri/renderD128", "libx264"]);
});

test("a codec without an available encoder returns none", () => {
  expect(encoderFor("AV1", available)).toBeUndefined();
});
