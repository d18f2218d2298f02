/** Speaks the wire of the Gemini API with recorded answers, of `fixtures/gemini/`. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

const Recorded = z.object({ status: z.int(), body: z.unknown() });
const Request = z.object({
  contents: z.array(z.object({ parts: z.array(z.object({ text: z.string() })) })),
  systemInstruction: z.unknown(),
  generationConfig: z.object({
    responseMimeType: z.literal("application/json"),
    responseJsonSchema: z.object({ required: z.tuple([z.enum(["questions", "answers"])]) }),
    seed: z.int().optional(),
  }),
});
const Prompt = z.object({
  task: z.string(),
  topic: z.string(),
  language: z.string(),
  difficulty: z.string(),
  unwantedQuestions: z.array(z.string()),
});

/** A request to answer questions. Options in it would be refused. */
const Verification = z.strictObject({
  task: z.string(),
  language: z.string(),
  questions: z.array(z.strictObject({ index: z.int(), question: z.string() })),
});

interface SeenRequest {
  path: string;
  key: string | undefined;
  prompt: z.infer<typeof Prompt>;
  /** Questions to answer; null of a request to write some. */
  toAnswer: readonly string[] | null;
  atMs: number;
}

const NO_PROMPT = { task: "", topic: "", language: "", difficulty: "", unwantedQuestions: [] };

/** `SILENT` answers nothing until the client gives up. */
export const SILENT = "silent";

/** Answers requests by the names of recorded answers, in this order; the last one repeats. */
export async function startGeminiServer(answers: readonly string[]) {
  const requests: SeenRequest[] = [];
  const server = createServer((req, res) => {
    void (async () => {
      const body = Request.parse(JSON.parse(await text(req)));
      const sent: unknown = JSON.parse(body.contents[0]?.parts[0]?.text ?? "");
      const isWriting = body.generationConfig.responseJsonSchema.required[0] === "questions";
      const toAnswer = isWriting ? null : Verification.parse(sent).questions.map(({ question }) => question);
      const prompt = isWriting ? Prompt.parse(sent) : { ...NO_PROMPT };
      const key = req.headers["x-goog-api-key"];
      requests.push({ path: req.url ?? "", key: String(key), prompt, toAnswer, atMs: performance.now() });
      const name = answers[Math.min(requests.length, answers.length) - 1] ?? "";
      if (name === SILENT) return;
      const file = new URL(`../fixtures/gemini/${name}.json`, import.meta.url);
      const recorded = Recorded.parse(JSON.parse(await readFile(file, "utf8")));
      res.writeHead(recorded.status, { "content-type": "application/json; charset=UTF-8" });
      res.end(JSON.stringify(recorded.body));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
