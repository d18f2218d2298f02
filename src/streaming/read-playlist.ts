import { readMediaPlaylist as readNamed } from "@reelay/contracts";

/**
 * What a finished media playlist of ours names, addresses as they stand in it. Null where its segments need
 * several initialisation segments. Pure.
 */
export function readMediaPlaylist(
  text: string,
): { initUri: string; segments: { uri: string; durationMs: number }[] } | null {
  const { initUris, segments } = readNamed(text);
  const [initUri] = initUris;
  if (initUri === undefined || initUris.length > 1) return null;
  return { initUri, segments: segments.map(({ uri, durationMs }) => ({ uri, durationMs })) };
}
