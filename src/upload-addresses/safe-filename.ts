/**
 * A name that is safe as the last part of an object key: no folders, no control characters, at most 150
 * bytes, with its extension.
 */
export function toSafeFilename(filename: string): string {
  const base = filename.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const clean = base.replaceAll(/[\p{C}\p{Z}"#%*:<>?|[\]]+/gu, "-").replace(/^[-.]+/, "");
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(clean)?.[0] ?? "";
  // Cut before measuring: a name may be as long as a request.
  let stem = clean.slice(0, clean.length - ending.length).slice(0, 140);
  while (Buffer.byteLength(stem) > 140) stem = Array.from(stem).slice(0, -1).join("");
  return `${stem || "source"}${ending}`;
}
