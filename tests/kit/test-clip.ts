import { makeClip } from "../../render-worker/testing/kit.ts";

/**
 * A clip of a moving test picture and a tone of 440 Hz: H.264 with AAC, which players take as it is; if it is
 * not to be `isStreamable`, with sparse key frames and AC-3. Returns its path.
 */
export function makeTestClip(
  path: string,
  {
    seconds,
    size = "640x360",
    rate = 30,
    isStreamable = true,
  }: { seconds: number; size?: string; rate?: number; isStreamable?: boolean },
): Promise<string> {
  const picture = `-f lavfi -i testsrc2=size=${size}:rate=${rate}:duration=${seconds}`;
  const audio = `-f lavfi -i sine=frequency=440:duration=${seconds}`;
  const kind = isStreamable ? "-c:a aac" : "-g 3000 -c:a ac3";
  const codecs = `-c:v libx264 -preset ultrafast -pix_fmt yuv420p ${kind} -shortest`;
  return makeClip(path, `${picture} ${audio} ${codecs}`.split(" "));
}
