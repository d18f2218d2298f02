/**
 * Build of the encoder from the message in its stream's first frame (H.264 and HEVC annex D, "user data
 * unregistered"): `x264 core 164 r3095 baee400`. Null without one, as for hardware.
 */
export function readEncoder(beginning: Buffer): string | null {
  const text = beginning.toString("latin1");
  const x264 = /x264 - core (\d+)( r\w+)?( \w{7,})?/.exec(text);
  if (x264) return `x264 core ${x264[1]}${x264[2] ?? ""}${x264[3] ?? ""}`;
  const x265 = /x265 \(build (\d+)\) - (\S+?):/.exec(text);
  return x265 ? `x265 build ${x265[1]} ${x265[2]}` : null;
}
