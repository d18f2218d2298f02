/** Why a playback token is refused. The codes are stable; clients switch on them. */
export const refusals = {
  PLAYBACK_TOKEN_INVALID:
    "The playback token is not valid for this address. Check that the address was copied whole, and that the token was signed for this video with a key of its workspace.",
  PLAYBACK_TOKEN_EXPIRED: "The playback token has expired. Request a new address for this video.",
  PLAYBACK_TOKEN_NOT_YET_VALID:
    "The playback token is not valid yet. Check the clock of the system that signed it, or wait until its start time.",
  PLAYBACK_TOKEN_REVOKED:
    "The key that signed this playback token has been revoked or has expired. Sign again with a current key.",
  PLAYBACK_TOKEN_PURPOSE:
    "The playback token was made for another purpose. Use a PLAY token to play, a DOWNLOAD token to download, and a STATUS token for the status alone.",
  PLAYBACK_TOKEN_ORIGIN:
    "The playback token may not be used by this page. Open the video on one of the sites that the token names.",
} as const;

export type RefusalCode = keyof typeof refusals;
