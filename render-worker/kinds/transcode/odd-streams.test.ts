/** Files with streams that are missing or cannot be decoded: the others become a stream. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";
import { make } from "../../testing/short-renders.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

const picture = (size: string, seconds: number) => words(`-f lavfi -i testsrc2=s=${size}:r=25:d=${seconds}`);
const tone = (hertz: number, seconds: number) => words(`-f lavfi -i sine=${hertz}:r=48000:d=${seconds}`);
const x264 = words("-c:v libx264 -preset ultrafast -pix_fmt yuv420p");

/** A modified copy of the clip. */
async function patched(clip: string, change: (bytes: Buffer) => Buffer | undefined): Promise<string> {
  const bytes = await readFile(clip);
  await writeFile(clip, change(bytes) ?? bytes);
  return clip;
}

/** Two audio tracks, the first of which is modified after its handler's type. */
const withSecondTrack = (name: string, change: (firstAudio: Buffer) => void) => async () => {
  const inputs = [...picture("160x90", 2), ...tone(440, 2), ...tone(880, 2)];
  const clip = await makeClip(join(clips.path, name), [
    ...[
      ...inputs,
      ...words("-map 0 -map 1 -map 2"),
      ...x264,
      ...words("-c:a aac -metadata:s:a language=eng"),
    ],
  ]);
  return await patched(clip, (bytes) => {
    const at = bytes.indexOf("soun", 0, "latin1");
    change(bytes.subarray(at, bytes.indexOf("soun", at + 4, "latin1")));
    return undefined;
  });
};

const undecodable = withSecondTrack("mpegh.mp4", (audio) => {
  // Its codec, and what would contradict it.
  audio.write("mhm1", audio.indexOf("mp4a", 0, "latin1"), "latin1");
  audio.write("free", audio.indexOf("esds", 0, "latin1"), "latin1");
});

const empty = withSecondTrack("empty.mp4", (audio) => {
  for (const table of ["stts", "stsc", "stco"]) audio.writeUInt32BE(0, audio.indexOf(table, 0, "latin1") + 8);
  audio.writeUInt32BE(0, audio.indexOf("stsz", 0, "latin1") + 12);
});

/** The default track's codec is unknown. */
const unreadable = async () => {
  const clip = await makeClip(join(clips.path, "unreadable.mkv"), [
    ...[...picture("320x180", 2), ...picture("160x90", 2), ...tone(440, 2)],
    ...[...words("-map 0 -map 1 -map 2"), ...x264, ...words("-c:a aac -disposition:v:0 default")],
  ]);
  return await patched(clip, (bytes) => {
    bytes.write("V_NOBODY/KNOWS!", bytes.indexOf("V_MPEG4/ISO/AVC", 0, "latin1"), "latin1");
    return undefined;
  });
};

/** Two programs, of which only the first one's audio was recorded. */
const unrecorded = async () => {
  const clip = await makeClip(join(clips.path, "programmes.ts"), [
    ...[...picture("320x180", 2), ...tone(440, 2), ...picture("160x90", 2), ...tone(880, 2)],
    ...[...words("-map 0 -map 1 -map 2 -map 3"), ...x264, ...words("-c:a mp2 -f mpegts")],
    ...words("-program title=a:st=0:st=1 -program title=b:st=2:st=3"),
  ]);
  return await patched(clip, (bytes) => {
    const packets = Array.from({ length: bytes.length / 188 }, (_, index) =>
      bytes.subarray(index * 188, (index + 1) * 188),
    );
    return Buffer.concat(packets.filter((packet) => (packet.readUInt16BE(1) & 0x1fff) !== 0x100));
  });
};

test.each([
  ["audio without a decoder, beside a playable track", undecodable, "mpegh_3d_audio", "UNDECODABLE"],
  ["an empty audio track", empty, "aac", "EMPTY"],
  ["audio of a programme without recorded video", unrecorded, "mp2", "OTHER_PROGRAM"],
])("%s is omitted and reported", async (_what, file, codec, reason) => {
  await using worker = await startWorker();
  const state = await make(worker, await file());
  expect(state.source?.probe).toMatchObject({ video: { height: 90 }, unsupportedAudio: [{ codec, reason }] });
  expect(state.audio).toMatchObject({ name: "audio", playlist: { isComplete: true } });
  expect(state.audios).toBeUndefined();
  expect(state.variants[0]).toMatchObject({ status: "READY" });
});

test("of two video streams, the readable one is rendered", async () => {
  await using worker = await startWorker();
  const state = await make(worker, await unreadable());
  expect(state.source?.probe?.video).toMatchObject({ width: 160, height: 90 });
  expect(state.variants[0]).toMatchObject({ status: "READY" });
});
