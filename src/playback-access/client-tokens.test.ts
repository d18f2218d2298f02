/** What customers sign with @reelay/client is what the API verifies, and what a CDN's rule does. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { signPlaybackToken } from "../../packages/client/src/playback/sign-playback-token.ts";
import { purposes } from "./claims.ts";
import { createKeyId, createSigningSecret, signClaims } from "./signature.ts";

test("the client's function signs the same text as the API", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uuid(),
      fc.constantFrom(...purposes),
      fc.integer({ min: 1, max: 604_800 }),
      fc.subarray(["https://a.example", "http://b.example:8080", "https://xn--tda.example"]),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      async (videoId, purpose, expiresInSeconds, origins, viewerId) => {
        const [keyId, secret] = [createKeyId(), createSigningSecret()];
        const fromS = 1_795_348_800;
        const claims = {
          keyId,
          purpose,
          videoId,
          fromS,
          untilS: fromS + expiresInSeconds,
          origins,
          viewerId,
        };
        const input = {
          keyId,
          secret,
          videoId,
          purpose,
          expiresInSeconds,
          origins,
          viewerId,
          startsAt: fromS * 1_000,
        };
        expect(await signPlaybackToken(input)).toBe(signClaims(claims, secret));
      },
    ),
    { numRuns: 50 },
  );
});
