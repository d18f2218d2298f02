import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { makeClip, testTools } from "../../render-worker/testing/kit.ts";
import { runTool } from "../../render-worker/testing/run-tool.ts";

/**
 * A clip with audio in English (its default), in German, and a commentary in 5.1 of no language: sines of
 * 440, 1000 and 2500 Hz. As `.mp4` players take it as it is, but for the commentary. Returns its path.
 */
export function makeThreeTracks(path: string, seconds: number): Promise<string> {
  const [codec, surround] = path.endsWith(".mp4") ? ["aac", "ac3"] : ["flac", "flac"];
  return makeClip(path, [
    ...words(`-f lavfi -i testsrc2=s=320x180:r=25:d=${seconds}`),
    ...[440, 1_000, 2_500].flatMap((hertz) => words(`-f lavfi -i sine=${hertz}:r=48000:d=${seconds}`)),
    ...words("-map 0 -map 1 -map 2 -map 3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -bf 0"),
    ...words(`-ac 2 -c:a ${codec} -c:a:2 ${surround} -ac:a:2 6`),
    ...words("-metadata:s:a:0 language=eng -metadata:s:a:1 language=ger -metadata:s:a:2 title=Director"),
    ...words("-metadata:s:a:2 handler_name=Director"),
    ...words("-disposition:a:0 default -disposition:a:1 0 -disposition:a:2 comment"),
  ]);
}

/**
 * Whether what a file or playlist sounds like is a sine of this frequency: a narrow band around it is nearly
 * as loud as all of it.
 */
export async function hasTone(path: string, hertz: number): Promise<boolean> {
  const { ffmpeg } = await testTools();
  const levelOf = async (filter: string) => {
    const args = [...words("-hide_banner -nostdin -nostats -i"), path, "-af", `${filter}volumedetect`];
    const { stderr } = await runTool(ffmpeg.path, [...args, ...words("-f null -")], { timeoutMs: 60_000 });
    return Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1]);
  };
  return (await levelOf(`bandpass=f=${hertz}:width_type=h:w=60,`)) > (await levelOf("")) - 3;
}
