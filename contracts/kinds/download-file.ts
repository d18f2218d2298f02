import { z } from "zod";

/** A downloadable file of a whole video: a progressive MP4, which plays while it is loading. */
export const Download = z.object({
  /** Object key. */
  key: z.string(),
  /** The variant whose video track it contains. */
  variant: z.string(),
  sizeBytes: z.int().nonnegative(),
});
export type Download = z.infer<typeof Download>;

/** The file name of a download, without folders. */
export const downloadFileName = z
  .string()
  .regex(/^[^/\\\p{Cc}]+\.mp4$/u)
  .max(200);

/**
 * Content-Disposition of an object: browsers save it under the last segment of its key, in any script (RFC
 * 6266, RFC 8187). Pure.
 */
export function attachment(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const plain = name.replaceAll(/[^\w .-]/g, "_");
  const full = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"${plain === name ? "" : `; filename*=UTF-8''${full}`}`;
}

/** Leaves room for `.mp4` within the usual limit of 255 bytes. */
const MAX_NAME_BYTES = 180;

/**
 * Derives a download's file name from the video's title: letters and digits of any script, with a hyphen for
 * anything else. Pure.
 */
export function downloadName(title: string): string {
  const plain = title
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{M}\p{N}._ -]+/gu, "-")
    .replaceAll(/\s+/g, " ");
  let name = "";
  for (const letter of trimSigns(plain)) {
    if (Buffer.byteLength(name + letter) > MAX_NAME_BYTES) break;
    name += letter;
  }
  return `${name.trim() || "video"}.mp4`;
}

/**
 * Trims everything but letters and digits from both ends. A regular expression anchored at the end would take
 * quadratic time.
 */
function trimSigns(text: string): string {
  const isSign = (letter: string | undefined) => letter !== undefined && " .-".includes(letter);
  let [start, end] = [0, text.length];
  while (isSign(text[start])) start++;
  while (end > start && isSign(text[end - 1])) end--;
  return text.slice(start, end);
}
