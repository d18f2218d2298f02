import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeClip } from "../../render-worker/testing/kit.ts";

/**
 * A real stream of `minutes` in three qualities with audio apart, made in seconds: small pictures, few of
 * them, one minute again and again. Segments of 4 s, as Reelay's. Writes it into `folder` and returns the
 * name of its master playlist.
 */
export async function makeLongStream(folder: string, minutes: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  const seconds = minutes * 60;
  const sizes = ["128x72", "160x90", "256x144"];
  const scaled = sizes
    .map((size, index) => `[s${index}]scale=${size.replace("x", ":")}[v${index}]`)
    .join(";");
  const split = `[0:v]split=${sizes.length}${sizes.map((_, index) => `[s${index}]`).join("")};${scaled}`;
  const minute = await makeClip(join(folder, "minute.mp4"), [
    ...["-f", "lavfi", "-i", "testsrc=size=256x144:rate=5:duration=60", "-filter_complex", split],
    ...sizes.flatMap((_, index) => ["-map", `[v${index}]`]),
    ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "20"],
    ...["-b:v:0", "40k", "-b:v:1", "80k", "-b:v:2", "160k"],
  ]);
  await makeClip(join(folder, "%v.m3u8"), [
    ...["-stream_loop", String(minutes - 1), "-i", minute],
    // Silence takes a third of the time to encode.
    ...["-f", "lavfi", "-i", `anullsrc=r=16000:cl=mono:d=${seconds}`],
    ...["-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "24k"],
    ...["-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"],
    ...["-hls_fmp4_init_filename", "%v-init.mp4", "-hls_segment_filename", join(folder, "%v-%05d.m4s")],
    ...["-master_pl_name", "master.m3u8"],
    "-var_stream_map",
    [
      ...sizes.map((_, index) => `v:${index},agroup:audio,name:q${index}`),
      "a:0,agroup:audio,default:yes,name:audio",
    ].join(" "),
  ]);
  await rm(minute);
  return "master.m3u8";
}

/** A WebVTT of captions, one line every two seconds. */
export const captions = (seconds: number): string =>
  `WEBVTT\n\n${Array.from({ length: seconds / 2 }, (_, index) => {
    const at = (s: number) => new Date(s * 1000).toISOString().slice(11, 23);
    return `${at(index * 2)} --> ${at(index * 2 + 2)}\nLine ${index}\n`;
  }).join("\n")}`;
