/** The documents that front ends rely on, verbatim. */
export const createVideo = `mutation CreateVideo($input: CreateVideoInput!) {   # { title, externalId, metadata, profile, priority, idempotencyKey, source: { upload: { filename, sizeBytes, contentType } } | { url: { url } } }   source is @oneOf
  createVideo(input: $input) {
    __typename
    ... on Video { id status upload { url protocol expiresAt } }
    ... on Error { message code }                     # expected failures are members of the result union and implement Error
  }
}`;

export const video = `query Video($id: ID!) {
  video(id: $id) {
    id title externalId metadata status error { code message } createdAt playableAt readyAt durationMs width height frameRate progress
    playback { hlsUrl posterUrl }
    variants { id name tier width height codec bitrateBps status fraction fps speed etaMs sizeBytes error { code message retriable } }
    jobs { edges { node { id kind status priority queuePosition waitReason tasks { id status pool variants { name } attempts { number outcome workerId startedAt endedAt error { code message } } } } } }
  }
}`;

export const watch = `subscription Watch($id: ID!, $after: String) {
  videoProgress(id: $id, after: $after) {             # returns the Video itself, so that normalised client caches update with no code of their own
    id status progress cursor variants { id status fraction fps speed etaMs }
  }
}`;

export const cancel =
  "mutation Cancel($id: ID!) { cancelJob(id: $id) { ... on Job { id status } ... on Error { message code } } }";
export const retry =
  "mutation Retry($id: ID!)  { retryJob(id: $id)  { ... on Job { id status } ... on Error { message code } } }";
export const list =
  "query List($first: Int!, $after: String) { videos(first: $first, after: $after, filter: { status: READY }) { edges { cursor node { id title } } pageInfo { hasNextPage endCursor } } }";

export const documents = { createVideo, video, watch, cancel, retry, list };
