import { setTimeout as sleep } from "node:timers/promises";
import type { GenerateContentResponse } from "@google/genai";
import { backoffMs } from "@reelay/process";
import { answerSchema, systemInstruction, toPrompt } from "./gemini-prompt.ts";
import {
  agrees,
  readVerification,
  toVerificationPrompt,
  verificationInstruction,
  verificationSchema,
} from "./gemini-verification.ts";
import { parseApiError } from "./parse-api-error.ts";
import {
  type QuestionWriter,
  QuestionWriterError,
  type Usage,
  type Verification,
  type Written,
} from "./question-writer.ts";
import { type ModelAnswer, readAnswerJson, readGeminiAnswer } from "./read-gemini-answer.ts";

export interface GeminiSettings {
  apiKey: string;
  model: string;
  /** Default: Google's. */
  baseUrl?: string;
  /** US dollars per million tokens; absent: unknown. */
  prices?: { input: number; output: number };
  /** How long one answer may take, in milliseconds. Default 60,000. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
/** Requests for one round, if the service is busy. */
const MAX_TRIES = 4;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;
/** A longer pause than this is not waited for: the deadline of a set would pass. */
const LONGEST_PAUSE_MS = 60_000;
/** It has structured output and system instructions for every model; `v1` gained them late. */
const API_VERSION = "v1beta";
const TEMPERATURE = 0.9;
const MAX_OUTPUT_TOKENS = 32_768;
/** When an answer was cut off, the next round asks for this part. */
const SMALLER = 0.5;

/**
 * Has questions written by Gemini as structured output. Repeats requests that the service was too busy for,
 * after the pause that it names. Neither the key nor a prompt is part of any message.
 */
export function createGeminiWriter(settings: GeminiSettings): QuestionWriter {
  const { apiKey, model, baseUrl, prices, timeoutMs = DEFAULT_TIMEOUT_MS } = settings;
  // Loaded with the first request: it takes 0.2 s of processor time.
  const connect = async () => {
    const { GoogleGenAI } = await import("@google/genai");
    const httpOptions = { apiVersion: API_VERSION, ...(baseUrl !== undefined && { baseUrl }) };
    return new GoogleGenAI({ apiKey, vertexai: false, httpOptions });
  };
  let client: ReturnType<typeof connect> | undefined;

  async function ask(
    { prompt, ...config }: ModelRequest,
    signal: AbortSignal,
  ): Promise<GenerateContentResponse> {
    client ??= connect();
    return await (await client).models.generateContent({
      model,
      contents: prompt,
      config: {
        ...config,
        responseMimeType: "application/json",
        maxOutputTokens: MAX_OUTPUT_TOKENS,
        abortSignal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      },
    });
  }

  async function askPatiently(request: ModelRequest, signal: AbortSignal): Promise<GenerateContentResponse> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask(request, signal);
      } catch (error) {
        const { failure, retryAfterMs } = explain(error, { model, timeoutMs });
        const pauseMs = retryAfterMs ?? backoffMs(tries - 1, FIRST_RETRY_MS, LAST_RETRY_MS);
        const isWorthIt = retryAfterMs !== undefined || failure.code === "SERVICE_UNAVAILABLE";
        if (!isWorthIt || tries >= MAX_TRIES || pauseMs > LONGEST_PAUSE_MS || signal.aborted) throw failure;
        await sleep(pauseMs, undefined, { signal }).catch(() => {
          throw failure;
        });
      }
    }
  }

  return {
    ...{ name: "gemini", model },
    assertCanWrite: () => undefined,
    costOf: ({ inputTokens, outputTokens }) =>
      prices === undefined ? null : (inputTokens * prices.input + outputTokens * prices.output) / 1e6,
    async write(request, signal): Promise<Written> {
      let usage: Usage = { inputTokens: 0, outputTokens: 0 };
      let count = request.count;
      for (;;) {
        try {
          const response = await askPatiently(
            {
              ...{ prompt: toPrompt({ ...request, count }), systemInstruction, seed: request.seed },
              ...{ responseJsonSchema: answerSchema, temperature: TEMPERATURE },
            },
            signal,
          );
          usage = addUsage(usage, response);
          const drafts = readGeminiAnswer(toAnswer(response), request.topic);
          return { drafts, usage, error: null };
        } catch (error) {
          if (!(error instanceof QuestionWriterError)) throw error;
          const smaller = Math.floor(count * SMALLER);
          if (error.code !== "ANSWER_TRUNCATED" || smaller === 0) return { drafts: [], usage, error };
          count = smaller;
        }
      }
    },
    async verify(questions, language, signal): Promise<Verification> {
      let usage: Usage = { inputTokens: 0, outputTokens: 0 };
      try {
        const response = await askPatiently(
          {
            ...{ prompt: toVerificationPrompt(questions, language), temperature: 0 },
            ...{ systemInstruction: verificationInstruction, responseJsonSchema: verificationSchema },
          },
          signal,
        );
        usage = addUsage(usage, response);
        const given = readVerification(readAnswerJson(toAnswer(response)), questions.length);
        const disputes = questions.map((question, index) => {
          const answer = given[index] ?? [];
          return agrees(question, answer, language) ? null : (answer[0] ?? "");
        });
        return { disputes, usage, error: null };
      } catch (error) {
        if (!(error instanceof QuestionWriterError)) throw error;
        return { disputes: [], usage, error };
      }
    },
  };
}

interface ModelRequest {
  prompt: string;
  systemInstruction: string;
  responseJsonSchema: object;
  temperature: number;
  seed?: number;
}

function toAnswer({ candidates, promptFeedback }: GenerateContentResponse): ModelAnswer {
  const [candidate] = candidates ?? [];
  return {
    text: (candidate?.content?.parts ?? [])
      .filter((part) => part.thought !== true)
      .map((part) => part.text ?? "")
      .join(""),
    finishReason: candidate?.finishReason ?? null,
    blockReason: promptFeedback?.blockReason ?? null,
  };
}

const addUsage = (usage: Usage, { usageMetadata }: GenerateContentResponse): Usage => ({
  inputTokens: usage.inputTokens + (usageMetadata?.promptTokenCount ?? 0),
  outputTokens:
    usage.outputTokens +
    (usageMetadata?.candidatesTokenCount ?? 0) +
    (usageMetadata?.thoughtsTokenCount ?? 0),
});

/** A failure of a request in our words: the service's own may quote the request. */
function explain(
  error: unknown,
  { model, timeoutMs }: { model: string; timeoutMs: number },
): { failure: QuestionWriterError; retryAfterMs?: number } {
  const fail = (code: string, message: string, retriable: boolean) => ({
    failure: new QuestionWriterError(code, message, { retriable }),
  });
  const answer = parseApiError(error);
  if (answer === null) {
    const isLate = error instanceof Error && /abort|timeout/i.test(`${error.name} ${error.message}`);
    return isLate
      ? fail(
          "ANSWER_LATE",
          `Gemini did not answer within ${timeoutMs / 1_000} s. Ask for fewer questions.`,
          true,
        )
      : fail("SERVICE_UNREACHABLE", "Gemini could not be reached. Check the network, then try again.", true);
  }
  const { status, reason, retryAfterMs } = answer;
  if (status === 429)
    return {
      ...fail(
        "SERVICE_QUOTA_EXCEEDED",
        "The quota of the Gemini API key is used up. Try again later, or raise the quota.",
        true,
      ),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  if (status >= 500)
    return fail("SERVICE_UNAVAILABLE", `Gemini answered with status ${status}. Try again later.`, true);
  if (status === 401 || status === 403 || reason === "API_KEY_INVALID")
    return fail("KEY_REFUSED", "Gemini refused the API key. Set a valid GEMINI_API_KEY.", false);
  if (status === 404)
    return fail("MODEL_UNKNOWN", `Gemini has no model ${JSON.stringify(model)}. Set GEMINI_MODEL.`, false);
  return fail(
    "REQUEST_REFUSED",
    `Gemini refused the request with status ${status}. Describe the topic in another way.`,
    false,
  );
}
