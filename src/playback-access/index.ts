/** Access to playback: a video's policy, tokens for viewers, and the keys that sign them. */
export type { Purpose } from "./claims.ts";
export { createPlaybackToken, type PlaybackToken } from "./create-playback-token.ts";
export { isLive } from "./judge-token.ts";
export { encryptSigningSecrets } from "./key-secrets.ts";
export { addressBelow, splitToken, withoutToken } from "./media-address.ts";
export { tokenParameter } from "./page-address.ts";
export { type AcceptedToken, createPlaybackAccess, type PlaybackAccess } from "./playback-access.ts";
export { type RefusalCode, refusals } from "./refusals.ts";
export { requestOrigin } from "./request-origin.ts";
export { setDefaultPolicy } from "./set-default-policy.ts";
export { revokeSigningKey, rotateSigningKey } from "./signing-keys.ts";
