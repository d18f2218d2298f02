import { z } from "zod";

/** A file of a whole video, to keep: a progressive MP4 that begins to play before all of it is there. */
export const Download = z.object({
  /** Of the object in the store. */
  key: z.string(),
  /** The variant whose picture it has. */
  variant: z.string(),
  sizeBytes: z.int().nonnegative(),
});
export type Download = z.infer<typeof Download>;

/** The file name of a download, without folders. */
export const downloadFileName = z
  .string()
  .regex(/^[^/\\\p{Cc}]+\.mp4$/u)
  .max(200);

/** How an object's key tells browsers to save it: under its last segment, which may be in any script (RFC 6266, RFC 8187). Pure. */
export function attachment(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const plain = name.replaceAll(/[^\w .-]/g, "_");
  const full = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"${plain === name ? "" : `; filename*=UTF-8''${full}`}`;
}

/** Leaves room for `.mp4` below the 255 bytes that file systems have for a name. */
const maxNameBytes = 180;

/** The file name that a video's download is saved under, from its title: letters and digits of any script, what else there is as one hyphen. Pure. */
export function downloadName(title: string): string {
  const plain = title
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{M}\p{N}._ -]+/gu, "-")
    .replaceAll(/\s+/g, " ");
  let name = "";
  for (const letter of trimSigns(plain)) {
    if (Buffer.byteLength(name + letter) > maxNameBytes) break;
    name += letter;
  }
  return `${name.trim() || "video"}.mp4`;
}

/** Names begin and end with a letter or digit. A loop, as a regular expression for the end takes the square of the length. */
function trimSigns(text: string): string {
  const isSign = (letter: string | undefined) => letter !== undefined && " .-".includes(letter);
  let [start, end] = [0, text.length];
  while (isSign(text[start])) start++;
  while (end > start && isSign(text[end - 1])) end--;
  return text.slice(start, end);
}
