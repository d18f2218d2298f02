import {
  CompleteUploadDocument,
  type CreatedVideoFragment,
  CreateVideoDocument,
  type CreateVideoInput,
  type CreateVideoMutation,
} from "./generated.ts";
import type { Ask } from "./http.ts";
import type { Result } from "./results.ts";

type Members = CreateVideoMutation["createVideo"];
export type CreateVideoFailure = Exclude<Members, { __typename: "Video" }>;
export type CreateVideoResult = Result<"video", CreatedVideoFragment, CreateVideoFailure>;

export interface RequestOptions {
  signal?: AbortSignal;
}

/**
 * Creates a video. Given an `idempotencyKey` or not, a lost answer is asked for again and makes no second one.
 *
 * @throws ReelayError for what is not expected, e.g. `UNAUTHENTICATED`.
 */
export async function createVideo(
  ask: Ask,
  input: CreateVideoInput,
  { signal }: RequestOptions = {},
): Promise<CreateVideoResult> {
  const idempotencyKey = input.idempotencyKey ?? crypto.randomUUID();
  const variables = { input: { ...input, idempotencyKey } };
  const { createVideo: result } = await ask(CreateVideoDocument, variables, { signal, tries: 5 });
  return result.__typename === "Video" ? { ok: true, video: result } : { ok: false, error: result };
}

/** Tells the API that all bytes are in the bucket; it would notice by itself a few seconds later. */
export async function completeUpload(ask: Ask, id: string, signal: AbortSignal | undefined): Promise<void> {
  await ask(CompleteUploadDocument, { id }, { signal, tries: 5 });
}
