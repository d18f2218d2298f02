import { makeClip } from "../../render-worker/testing/kit.ts";

/** A clip of a moving test picture and a tone of 440 Hz, H.264 with AAC. Returns its path. */
export function makeTestClip(
  path: string,
  { seconds, size = "640x360", rate = 30 }: { seconds: number; size?: string; rate?: number },
): Promise<string> {
  const picture = `-f lavfi -i testsrc2=size=${size}:rate=${rate}:duration=${seconds}`;
  const sound = `-f lavfi -i sine=frequency=440:duration=${seconds}`;
  const codecs = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -shortest";
  return makeClip(path, `${picture} ${sound} ${codecs}`.split(" "));
}
