/** Where the console may reach besides its own origin. */
export interface ConsoleOrigins {
  /** Where players find media; `store.publicUrl`. */
  mediaUrl: string;
  /** Where uploads go: this API by its public address, or the store. */
  uploadUrl: string;
}

/**
 * Content-Security-Policy of the console's page: scripts and styles from here alone, none inline. hls.js plays through blobs and parses in a
 * worker made from one. Pure.
 */
export function consolePolicy({ mediaUrl, uploadUrl }: ConsoleOrigins): string {
  const media = new URL(mediaUrl).origin;
  const origins = [...new Set([media, new URL(uploadUrl).origin])].join(" ");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // 'self' covers the WebSocket, too.
    `connect-src 'self' ${origins}`,
    `media-src 'self' blob: ${media}`,
    `img-src 'self' ${media}`,
    "worker-src blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
