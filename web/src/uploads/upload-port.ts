import type { ApolloClient } from "@apollo/client";
import {
  AwaitedUploadDocument,
  CompleteUploadDocument,
  CreateVideoDocument,
  type CreateVideoInput,
  DeleteVideoDocument,
  explain,
  RefusedError,
  refusal,
} from "../api/index.ts";
import { titleOf } from "./read-urls.ts";
import type { Target, UploadPort } from "./upload-list.ts";

/** Sends nothing before it is used: loaded then. */
const library = () => import("@reelay/upload");

/** The API's and the store's side of uploads, by `@reelay/upload`. */
export const createUploadPort = (client: ApolloClient): UploadPort => ({
  async recall(file, isUnderWay) {
    const { findUpload, forgetUpload } = await library();
    const videoId = videoIdIn(findUpload(file)?.data);
    // A file that is chosen twice becomes two videos.
    if (videoId === null || isUnderWay(videoId)) return null;
    const { data } = await client
      .query({ query: AwaitedUploadDocument, variables: { id: videoId }, fetchPolicy: "network-only" })
      .catch((error: unknown) => Promise.reject(new Error(explain(error), { cause: error })));
    const upload = data?.video?.upload;
    if (upload) return { videoId, ...upload };
    // It was deleted, belongs to another workspace, or has all of its bytes.
    forgetUpload(file);
    return null;
  },
  async create(file, idempotencyKey) {
    const { name: filename, size: sizeBytes, type } = file;
    const source = { upload: { filename, sizeBytes, ...(type && { contentType: type }) } };
    const video = await createVideo(client, { title: titleOf(filename), source, idempotencyKey });
    if (!video.upload) throw new Error("This video no longer awaits an upload.");
    return { videoId: video.id, ...video.upload };
  },
  async send(file, { videoId, url, protocol }, options) {
    const { upload } = await library();
    const sending = upload(file, { ...options, url, protocol, data: { videoId } });
    return {
      pause: () => sending.pause(),
      resume: () => sending.resume(),
      done: sending.done.then(() => finish(client, { videoId, url, protocol })),
    };
  },
  async remove(file, id) {
    const { forgetUpload } = await library();
    forgetUpload(file);
    await client.mutate({ mutation: DeleteVideoDocument, variables: { id } }).catch(() => undefined);
  },
});

/** What is kept beside an upload's address; anything may be in a browser's storage. */
const videoIdIn = (data: unknown): string | null =>
  typeof data === "object" && data !== null && "videoId" in data && typeof data.videoId === "string"
    ? data.videoId
    : null;

/** Cloud Storage tells the API nothing; it would notice by itself some seconds later. */
async function finish(client: ApolloClient, { videoId: id, protocol }: Target): Promise<void> {
  if (protocol !== "GCS_RESUMABLE") return;
  await client.mutate({ mutation: CompleteUploadDocument, variables: { id } }).catch(() => undefined);
}

/** @throws RefusedError with the API's sentence, or an error that explains why there is no answer. */
export async function createVideo(client: ApolloClient, input: CreateVideoInput) {
  const { data } = await client
    .mutate({ mutation: CreateVideoDocument, variables: { input } })
    .catch((error: unknown) => Promise.reject(new Error(explain(error), { cause: error })));
  const result = data?.createVideo;
  if (result?.__typename === "InvalidDataError") throw new RefusedError(result.message, result.issues);
  const refused = refusal(result);
  if (refused !== null || result?.__typename !== "Video")
    throw new RefusedError(refused ?? "The API did not answer.");
  return result;
}
