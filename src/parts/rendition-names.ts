/** Of a sound rendition; all others are variants. */
export const isSound = (rendition: string): boolean => /^audio(-\d+)?$/.test(rendition);
