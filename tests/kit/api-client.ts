import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { createClient } from "graphql-ws";
import { Upload } from "tus-js-client";

/** The documents of the design, as front ends send them. */
export const documents = {
  createVideo: `mutation CreateVideo($input: CreateVideoInput!) { createVideo(input: $input) {
    __typename ... on Video { id status upload { url protocol expiresAt } } ... on Error { message code } } }`,
  video: `query Video($id: ID!) { video(id: $id) {
    id title externalId metadata status error { code message } createdAt playableAt readyAt durationMs width height frameRate progress
    playback { hlsUrl posterUrl } cursor
    variants { id name tier width height codec bitrateBps status fraction fps speed etaMs sizeBytes error { code message retriable } }
    jobs { edges { node { id kind status priority queuePosition waitReason error { code message } tasks { id status pool
      attempts { number outcome workerId startedAt endedAt error { code message scope retriable logTail } } } } } } } }`,
  watch: `subscription Watch($id: ID!, $after: String) { videoProgress(id: $id, after: $after) {
    id status progress cursor error { code message } variants { id name status fraction fps speed etaMs } } }`,
  cancel: `mutation Cancel($id: ID!) { cancelJob(id: $id) { __typename ... on Job { id status } ... on Error { message code } } }`,
  retry: `mutation Retry($id: ID!) { retryJob(id: $id) { __typename ... on Job { id status } ... on Error { message code } } }`,
};

// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
type Answer = any;

/** A front end: GraphQL over HTTP and WebSocket, uploads by tus. */
export function createApiClient(url: string, token: string) {
  const authorization = `Bearer ${token}`;

  async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify({ query, variables }),
    });
    return await response.json();
  }

  async function createUpload(path: string, input: object = {}): Promise<{ id: string; uploadUrl: string }> {
    const { size } = await stat(path);
    const source = { upload: { filename: basename(path), sizeBytes: size } };
    const { data, errors } = await ask(documents.createVideo, {
      input: { title: basename(path), source, ...input },
    });
    if (data?.createVideo?.__typename !== "Video") throw new Error(JSON.stringify(errors ?? data));
    return { id: data.createVideo.id, uploadUrl: data.createVideo.upload.url };
  }

  return {
    url,
    token,
    ask,
    createUpload,
    video: async (id: string): Promise<Answer> => (await ask(documents.video, { id })).data.video,
    /** Creates a video and uploads its file whole. */
    async upload(path: string, input: object = {}): Promise<string> {
      const { id, uploadUrl } = await createUpload(path, input);
      const { size } = await stat(path);
      await new Promise<void>((resolve, reject) => {
        const upload = new Upload(createReadStream(path), {
          uploadUrl,
          uploadSize: size,
          chunkSize: Number.POSITIVE_INFINITY,
          retryDelays: [100, 500, 1_000],
          onSuccess: () => resolve(),
          onError: reject,
        });
        upload.start();
      });
      return id;
    },
    /** Every state that the subscription delivers, until `isEnd` says so. */
    async watch(
      id: string,
      isEnd: (video: Answer) => boolean = ({ status }) => status === "READY" || status === "FAILED",
      after: string | null = null,
      query = documents.watch,
    ): Promise<Answer[]> {
      const client = createClient({
        url: `${url.replace("http", "ws")}/graphql`,
        connectionParams: { authorization },
      });
      const seen: Answer[] = [];
      try {
        for await (const { data, errors } of client.iterate({
          query,
          variables: { id, after },
        })) {
          if (errors) throw new Error(JSON.stringify(errors));
          const video = (data as Answer).videoProgress;
          seen.push(video);
          if (isEnd(video)) break;
        }
      } finally {
        await client.dispose();
      }
      return seen;
    },
  };
}

export type ApiClient = ReturnType<typeof createApiClient>;
