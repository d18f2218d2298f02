import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { documents, eventually, freePort, startSystem } from "../kit/index.ts";

test("keys, upload tokens and signatures appear in no process's log, whatever fails", async () => {
  const lines: string[] = [];
  // Not `createLogger`, which would redact them: secrets must not even reach the logger.
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  await using system = await startSystem({ log });
  const { client } = system;
  const endOf = (id: string) =>
    eventually(async () => expect((await client.video(id)).status).toBe("FAILED"), "the video has failed", {
      timeoutMs: 60_000,
    });

  // Not a video, uploaded to an address with a token.
  const path = join(import.meta.dirname, "logs.test.ts");
  const { id, uploadUrl } = await client.createUpload(path);
  const headers = { "tus-resumable": "1.0.0", "content-type": "application/offset+octet-stream" };
  const body = await readFile(path);
  await fetch(uploadUrl, { method: "PATCH", headers: { ...headers, "upload-offset": "7" }, body });
  await fetch(uploadUrl, { method: "PATCH", headers: { ...headers, "upload-offset": "0" }, body });
  await endOf(id);

  // A signed URL without a server.
  const signature = "c2lnbmF0dXJlLXRoYXQtbm9ib2R5LW1heS1yZWFk";
  const url = `http://127.0.0.1:${await freePort()}/clip.mp4?X-Goog-Signature=${signature}`;
  const { data } = await client.ask(documents.createVideo, {
    input: { title: "Signed", source: { url: { url } } },
  });
  await eventually(
    () => lines.some((line) => line.includes("attempt.failed") && line.includes("SOURCE_URL_UNREACHABLE")),
    "the worker has logged that nothing listens",
    { timeoutMs: 30_000 },
  );
  await client.ask(documents.cancel, {
    id: (await client.video(data.createVideo.id)).jobs.edges[0].node.id,
  });

  const uploadToken = uploadUrl.split(".").at(-1) ?? "";
  expect(uploadToken.length).toBeGreaterThan(20);
  const text = lines.join("");
  expect(lines.length).toBeGreaterThan(5);
  for (const secret of [client.token, uploadToken, signature]) expect(text).not.toContain(secret);
  for (const line of lines)
    expect(JSON.parse(line), line).toHaveProperty("msg", expect.stringMatching(/^[a-z-]+(\.[a-z-]+)+$/));
});
