import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const SAMPLE_RATE = 24_000;
const MS_PER_CHARACTER = 60;
/** A tone per voice, so that voices differ. */
const voices = [
  { name: "en-US-Neural2-C", languageCodes: ["en-US"], ssmlGender: "FEMALE", naturalSampleRateHertz: 24_000 },
  { name: "de-DE-Wavenet-B", languageCodes: ["de-DE"], ssmlGender: "MALE", naturalSampleRateHertz: 24_000 },
  {
    name: "en-GB-Standard-A",
    languageCodes: ["en-GB"],
    ssmlGender: "FEMALE",
    naturalSampleRateHertz: 24_000,
  },
  { name: "ja-JP-Neural2-B", languageCodes: ["ja-JP"], ssmlGender: "FEMALE", naturalSampleRateHertz: 24_000 },
  { name: "en-US-Chirp3-HD-Kore", languageCodes: ["en-US"], ssmlGender: "FEMALE" },
];

interface SynthesizeBody {
  input: { ssml: string };
  voice: { languageCode: string; name: string };
  audioConfig: { speakingRate: number };
  enableTimePointing: string[];
}

/** An answer in place of the next one. */
interface Trouble {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Closes the connection instead. */
  isCut?: boolean;
}

/** A server with the wire of Google Cloud Text-to-Speech. It speaks tones, one for each word. */
export async function startFakeGoogle(apiKey: string) {
  const troubles: Trouble[] = [];
  const received: SynthesizeBody[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
        response
          .writeHead(status, { "content-type": "application/json", ...headers })
          .end(JSON.stringify(body));
      if (request.headers["x-goog-api-key"] !== apiKey)
        return answer(403, { error: { code: 403, message: "The caller does not have permission" } });
      if (request.url === "/v1beta1/voices") return answer(200, { voices });
      const body = JSON.parse(Buffer.concat(chunks).toString()) as SynthesizeBody;
      received.push(body);
      const trouble = troubles.shift();
      if (trouble?.isCut) return request.socket.destroy();
      if (trouble)
        return answer(trouble.status, trouble.body ?? { error: { message: "Busy" } }, trouble.headers);
      const refusal = refusalOf(body);
      if (refusal !== null) return answer(400, { error: { code: 400, message: refusal } });
      return answer(200, synthesize(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /** Gives the next requests these answers. */
    trouble: (...next: Trouble[]) => void troubles.push(...next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refusalOf({ input: { ssml }, voice }: SynthesizeBody): string | null {
  if (Buffer.byteLength(ssml) > 5_000) return "input.ssml is longer than the limit of 5000 bytes.";
  if (!voices.some(({ name }) => name === voice.name)) return `Voice '${voice.name}' does not exist.`;
  // Only the elements of a well-formed document that the client is meant to write.
  const inner = /^<speak>(.*)<\/speak>$/s.exec(ssml)?.[1]?.replaceAll(/<mark name="\w+"\/>/g, "");
  if (inner === undefined || /[<>]|&(?!(?:amp|lt|gt|quot|apos);)|[^\P{Cc}\t\n\r]/u.test(inner))
    return "Invalid SSML. Newer voices like Neural2 require valid SSML.";
  return null;
}

function synthesize({ input: { ssml }, voice, audioConfig, enableTimePointing }: SynthesizeBody) {
  const voiceIndex = voices.findIndex(({ name }) => name === voice.name);
  const samples: number[] = [];
  const timepoints: { markName: string; timeSeconds: number }[] = [];
  for (const [, mark = "", text = ""] of ssml.matchAll(/<mark name="(\w+)"\/>([^<]*)/g)) {
    timepoints.push({ markName: mark, timeSeconds: samples.length / SAMPLE_RATE });
    const count = Math.round(
      (text.length * MS_PER_CHARACTER * SAMPLE_RATE) / 1000 / audioConfig.speakingRate,
    );
    for (let index = 0; index < count; index += 1)
      samples.push(
        Math.round(8_000 * Math.sin((index / SAMPLE_RATE) * 2 * Math.PI * (200 + 100 * voiceIndex))),
      );
  }
  const pcm = Buffer.from(Int16Array.from(samples).buffer);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(pcm.length, 40);
  const hasMarks = enableTimePointing.includes("SSML_MARK") && !voice.name.includes("Chirp");
  return {
    audioContent: Buffer.concat([header, pcm]).toString("base64"),
    ...(hasMarks && { timepoints }),
    audioConfig: { audioEncoding: "LINEAR16", sampleRateHertz: SAMPLE_RATE },
  };
}
