/** Judged by the reference libraries of the Standard Webhooks project. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { beforeAll, describe, expect, test } from "vitest";
import { buildGoProgram, whyNoGo } from "../../tests/kit/build-go-program.ts";
import { createSecret, liveSecrets, signatureHeaders } from "./sign.ts";

type Headers = ReturnType<typeof signatureHeaders>;
/** Resolves when the message is accepted. @throws with the library's reason when it is not. */
type Verify = (secret: string, headers: Headers, body: string) => Promise<void>;

const body = JSON.stringify({ type: "video.ready", data: { title: "naïve 映画 🎬" } });
const signed = (secrets: string[], { at = new Date(), messageId = "msg_1" } = {}) =>
  signatureHeaders({ messageId, at, body }, secrets);
const secret = createSecret();

let program: string;
const libraries: {
  name: string;
  verify: Verify;
  whyNot?: string | undefined;
  prepare?: () => Promise<void>;
}[] = [
  {
    name: "JavaScript",
    verify: async (given, headers, message) => {
      expect(new Webhook(given).verify(message, headers)).toEqual(JSON.parse(message));
    },
  },
  {
    name: "Go",
    // On CI there is no excuse.
    whyNot: process.env["CI"] ? undefined : whyNoGo(),
    prepare: async () => {
      program = await buildGoProgram(join(import.meta.dirname, "../../tests/standard-webhooks"));
    },
    verify: async (given, headers, message) => {
      const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
      child.stdin.end(JSON.stringify({ secret: given, headers, body: message }));
      const [answer, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
      expect(code).toBe(0);
      if (answer.trim() !== "") throw new Error(answer);
    },
  },
];

describe.for(libraries)("verified with the library in $name", ({ verify, whyNot, prepare }) => {
  const it = test.skipIf(whyNot !== undefined);
  const why = whyNot === undefined ? "" : ` (skipped: ${whyNot})`;
  beforeAll(async () => {
    if (whyNot === undefined) await prepare?.();
  });

  it(`a message that was signed here is valid${why}`, async () => {
    await verify(secret, signed([secret]), body);
  });

  it(`altered, old, early, swapped and foreign messages are rejected${why}`, async () => {
    const headers = signed([secret]);
    const minutes = (count: number) => ({ at: new Date(Date.now() + count * 60_000) });
    const rejected = (given: Headers, reason: RegExp, message = body) =>
      expect(verify(secret, given, message)).rejects.toThrow(reason);
    const foreign = /no matching signature/i;
    await rejected(headers, foreign, body.replace("ready", "reads"));
    await rejected(signed([secret], minutes(-6)), /too old/);
    await rejected(signed([secret], minutes(6)), /too new/);
    await rejected({ ...headers, "webhook-id": "msg_2" }, foreign);
    const later = String(Number(headers["webhook-timestamp"]) + 1);
    await rejected({ ...headers, "webhook-timestamp": later }, foreign);
    await rejected(signed([createSecret()]), foreign);
  });

  it(`during a rotation both secrets verify a message, and afterwards only the new one${why}`, async () => {
    const previousSecret = createSecret();
    // The expiry applies at the time of signing, which is now: verifiers accept no other timestamp.
    const rotation = (endsInMs: number) => ({
      secret,
      previousSecret,
      previousSecretExpiresAt: new Date(Date.now() + endsInMs),
    });
    const during = signed(liveSecrets(rotation(1_000), new Date()));
    await verify(secret, during, body);
    await verify(previousSecret, during, body);
    const after = signed(liveSecrets(rotation(0), new Date()));
    await verify(secret, after, body);
    await expect(verify(previousSecret, after, body)).rejects.toThrow(/no matching signature/i);
  });
});

test("a secret is whsec_ followed by 32 random bytes in base64", () => {
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(createSecret()).not.toBe(secret);
});
