import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { words } from "../../../media/ffmpeg/words.ts";
import { makeClip, temporaryDirectory } from "../../../testing/kit.ts";
import { assertIdr, NotIdrError } from "./assert-idr.ts";

/** Media segments of one second each, copied from a clip that is made with these options. */
async function segments(directory: string, name: string, options: string): Promise<string[]> {
  const picture = "-f lavfi -i testsrc2=s=128x96:r=25:d=3 -c:v libx264 -pix_fmt yuv420p -bf 2";
  const clip = await makeClip(
    join(directory, `${name}.mp4`),
    words(`${picture} -x264-params ${options}:keyint=25:min-keyint=25:scenecut=0`),
  );
  await mkdir(join(directory, name));
  const hls = "-c copy -hls_time 1 -hls_playlist_type event -hls_segment_type fmp4 -hls_segment_filename";
  const files = join(directory, name, "%d.m4s");
  await makeClip(join(directory, name, "index.m3u8"), ["-i", clip, ...words(hls), files]);
  return ["0.m4s", "1.m4s"].map((file) => join(directory, name, file));
}

test("a segment is accepted only if a player can start with it", async () => {
  await using directory = await temporaryDirectory();
  for (const path of await segments(directory.path, "closed", "open-gop=0")) await assertIdr(path, 4);
  const [first = "", second = ""] = await segments(directory.path, "open", "open-gop=1");
  await assertIdr(first, 4);
  await expect(assertIdr(second, 4)).rejects.toThrow(NotIdrError);
});
