import { createReadStream } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

const boundary = "----reelay-bench";
const head = (metadata: object): string =>
  [
    `--${boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n${JSON.stringify(metadata)}\r\n`,
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="clip.mp4"\r\nContent-Type: video/mp4\r\n\r\n`,
  ].join("");
const tail = `\r\n--${boundary}--\r\n`;

export interface FormAnswer {
  status: number;
  body: string;
  /** From the first byte to the answer. */
  wholeMs: number;
  /** From the last byte that was given to the network to the answer. */
  answerMs: number;
}

/** Sends a file as a form, as it is read from the disk. */
export async function sendForm(
  url: string,
  { path, token, metadata }: { path: string; token: string; metadata: object },
): Promise<FormAnswer> {
  const startedAt = performance.now();
  const sending = request(url, {
    method: "POST",
    headers: {
      "Content-Type": `multipart/form-data; boundary=${boundary}`,
      Authorization: `Bearer ${token}`,
    },
  });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    sending.once("error", reject);
    sending.once("response", (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
  });
  sending.write(head(metadata));
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 18 }), sending, { end: false });
  sending.end(tail);
  const sentAt = performance.now();
  const { status, body } = await answered;
  const now = performance.now();
  return { status, body, wholeMs: now - startedAt, answerMs: now - sentAt };
}
