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
 * Creates a video. With or without an `idempotencyKey`, a lost answer is requested again and never creates a
 * second video.
 *
 * @throws ReelayError for unexpected errors, for example `UNAUTHENTICATED`.
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

/** Notifies the API that the bucket has all bytes. Without it the API notices a few seconds later. */
export async function completeUpload(ask: Ask, id: string, signal: AbortSignal | undefined): Promise<void> {
  await ask(CompleteUploadDocument, { id }, { signal, tries: 5 });
}
