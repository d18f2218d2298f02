/** The address of a key below `base`, which ends in `/`. */
export const publicUrlOf = (base: string, key: string): string =>
  base + key.split("/").map(encodeURIComponent).join("/");
