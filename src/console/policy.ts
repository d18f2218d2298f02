import { playerPolicy } from "../http/player-policy.ts";

/** Where the console may reach besides its own origin. */
export interface ConsoleOrigins {
  /** Where players find media; `store.publicUrl`. */
  mediaUrl: string;
  /** Where uploads go: this API by its public address, or the store. */
  uploadUrl: string;
}

/** Content-Security-Policy of the console's page: scripts from here alone and none inline, and what the player needs. Pure. */
export function consolePolicy({ mediaUrl, uploadUrl }: ConsoleOrigins): string {
  const { media, directives } = playerPolicy(mediaUrl);
  const origins = [...new Set([media, new URL(uploadUrl).origin])].join(" ");
  return [
    "default-src 'none'",
    "script-src 'self'",
    ...directives,
    // 'self' covers the WebSocket, too.
    `connect-src 'self' ${origins}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
