/**
 * The encoder's build as it wrote it into the first picture of its stream (a message for whoever looks, H.264 and HEVC annex D, "user data
 * unregistered"): `x264 core 164 r3095 baee400`. Null where it wrote none, as hardware does.
 */
export function readEncoder(beginning: Buffer): string | null {
  const text = beginning.toString("latin1");
  const x264 = /x264 - core (\d+)( r\w+)?( \w{7,})?/.exec(text);
  if (x264) return `x264 core ${x264[1]}${x264[2] ?? ""}${x264[3] ?? ""}`;
  const x265 = /x265 \(build (\d+)\) - (\S+?):/.exec(text);
  return x265 ? `x265 build ${x265[1]} ${x265[2]}` : null;
}
