import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { PlaybackPolicy } from "../../prisma/generated/enums.ts";
import { UUID_PATTERN } from "../inputs/index.ts";
import type { SecretBox } from "../secrets/index.ts";
import type { PlaybackClaims, Purpose } from "./claims.ts";
import { judgeToken, type TokenUse, type VerifyingKey } from "./judge-token.ts";
import { contextOf } from "./key-secrets.ts";
import type { RefusalCode } from "./refusals.ts";
import { createReuse } from "./reuse.ts";
import { signClaims } from "./signature.ts";
import { signingKeyOf } from "./signing-keys.ts";
import { parseToken } from "./token-text.ts";

/** A token that allows the request. */
export interface AcceptedToken extends PlaybackClaims {
  /** Whole seconds until expiry. */
  leftS: number;
}

/** The decision about a request for a video. */
export type Access =
  | { isAllowed: true; token: AcceptedToken | null }
  /** `code` null: there was no token, and no such PUBLIC video. Answer as for a missing video. */
  | { isAllowed: false; code: RefusalCode | null };

interface AccessRequest extends Omit<TokenUse, "now"> {
  /** Null: none was sent. */
  token: string | null;
}

/** The claims of a token, without its key. */
type NewClaims = Omit<PlaybackClaims, "keyId">;

export interface PlaybackAccess {
  /** Public URL of this API, without a trailing slash. */
  readonly publicUrl: string;
  /**
   * Decides about one request. A token is judged before the video is looked up, and a token for another
   * workspace's video is answered as for a missing video.
   */
  check(request: AccessRequest): Promise<Access>;
  /** Signs with the workspace's current key. */
  sign(workspaceId: string, claims: NewClaims): Promise<string>;
  /** A token for URLs that the API itself issues. */
  tokenFor(workspaceId: string, videoId: string, purpose: Purpose): Promise<string>;
  /** Null if the video does not exist. */
  titleOf(videoId: string): Promise<string | null>;
  workspaceOf(videoId: string): Promise<string | null>;
  /** This process changed a video's policy: the next request reads it again. */
  forgetVideo(videoId: string): void;
  /** The same for a workspace's keys. */
  forgetKeys(workspaceId: string, keyId?: string): void;
}

interface PlaybackAccessDeps {
  db: PrismaClient;
  clock: () => Date;
  secrets: SecretBox;
  publicUrl: string;
}

interface KnownVideo {
  title: string;
  workspaceId: string;
  playbackPolicy: PlaybackPolicy;
}

/** Answers of the database are reused for `REUSE_MS`, so that a media request costs no query. */
export function createPlaybackAccess({ db, clock, secrets, publicUrl }: PlaybackAccessDeps): PlaybackAccess {
  const ownOrigins = [new URL(publicUrl).origin];
  const videos = createReuse<KnownVideo | null>((id) =>
    db.video.findUnique({ where: { id }, select: { title: true, workspaceId: true, playbackPolicy: true } }),
  );
  const keys = createReuse<VerifyingKey | null>(async (keyId) => {
    const key = await db.signingKey.findUnique({ where: { keyId } });
    return key && { ...key, secret: secrets.decryptSecret(key.secret, contextOf(key)) };
  });
  const signingKeys = createReuse((workspaceId) => signingKeyOf({ db, clock, secrets }, workspaceId));
  const videoOf = (id: string) => (UUID_PATTERN.test(id) ? videos.get(id) : null);

  async function sign(workspaceId: string, claims: NewClaims): Promise<string> {
    const { keyId, secret } = await signingKeys.get(workspaceId);
    return signClaims({ ...claims, keyId }, secret);
  }

  return {
    publicUrl,
    async check({ token, ...use }) {
      if (token === null) {
        const video = await videoOf(use.videoId);
        return video?.playbackPolicy === "PUBLIC"
          ? { isAllowed: true, token: null }
          : { isAllowed: false, code: null };
      }
      const parsed = parseToken(token);
      if (parsed === null) return { isAllowed: false, code: "PLAYBACK_TOKEN_INVALID" };
      const key = await keys.get(parsed.claims.keyId);
      const now = clock();
      const code = judgeToken(parsed, key, { ...use, now }, ownOrigins);
      if (code !== null) return { isAllowed: false, code };
      const video = await videoOf(use.videoId);
      if (video === null || video.workspaceId !== key?.workspaceId) {
        return { isAllowed: false, code: "PLAYBACK_TOKEN_INVALID" };
      }
      const leftS = Math.floor(parsed.claims.untilS - now.getTime() / 1_000);
      return { isAllowed: true, token: { ...parsed.claims, leftS } };
    },
    sign,
    tokenFor: (workspaceId, videoId, purpose) =>
      sign(workspaceId, { ...planWindow(clock()), videoId, purpose, origins: [], viewerId: "" }),
    titleOf: async (videoId) => (await videoOf(videoId))?.title ?? null,
    workspaceOf: async (videoId) => (await videoOf(videoId))?.workspaceId ?? null,
    forgetVideo: (videoId) => videos.forget(videoId),
    forgetKeys(workspaceId, keyId) {
      signingKeys.forget(workspaceId);
      if (keyId !== undefined) keys.forget(keyId);
    },
  };
}

/** Interval at which the tokens of the API's own URLs change. */
const WINDOW_S = 1_800;
/** They live for one and a half to two hours after they are issued. */
const LIFETIME_S = 7_200;

/**
 * The lifetime of a token in a URL from the API. It starts at a round time: a video's URLs stay the same for
 * half an hour, so that caches hit and a subscription's clients do not see a new URL in every message. Pure.
 */
function planWindow(now: Date): { fromS: number; untilS: number } {
  const fromS = Math.floor(now.getTime() / 1_000 / WINDOW_S) * WINDOW_S;
  return { fromS, untilS: fromS + LIFETIME_S };
}
