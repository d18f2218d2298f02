import { playerPolicy } from "../http/player-policy.ts";

/** Origins that the console may use besides its own. */
export interface ConsoleOrigins {
  /** Public URL of media; `store.publicUrl`. */
  mediaUrl: string;
  /** Destination of uploads: this API's public URL, or the store. */
  uploadUrl: string;
}

/**
 * Content-Security-Policy of the console's page: only local scripts, none inline, plus what the player needs.
 * Pure.
 */
export function consolePolicy({ mediaUrl, uploadUrl }: ConsoleOrigins): string {
  const { media, directives } = playerPolicy(mediaUrl);
  const origins = [...new Set([media, new URL(uploadUrl).origin])].join(" ");
  return [
    "default-src 'none'",
    "script-src 'self'",
    ...directives,
    // 'self' covers the WebSocket too.
    `connect-src 'self' ${origins}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
