/**
 * What the plugin asks the API besides what `@reelay/client` has. A test validates each against the schema.
 */
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { parse } from "graphql";

export type VideoStatus = "AWAITING_SOURCE" | "PROCESSING" | "PLAYABLE" | "READY" | "FAILED";

/** A video as it is now, as far as a document keeps it. */
export interface VideoNow {
  id: string;
  status: VideoStatus;
  progress: number;
  durationMs: number | null;
  width: number | null;
  height: number | null;
  playableAt: string | null;
  readyAt: string | null;
  error: { code: string; message: string } | null;
  playback: {
    hlsUrl: string;
    dashUrl: string | null;
    posterUrl: string | null;
    storyboardUrl: string | null;
  } | null;
  download: { url: string | null } | null;
  /** Null once the source is there. */
  upload: { url: string; protocol: "TUS" | "GCS_RESUMABLE"; expiresAt: string } | null;
}

const document = <TData, TVariables>(text: string) => parse(text) as TypedDocumentNode<TData, TVariables>;

/** At most 100 ids; null for a video that is no more. */
export const VideosNowDocument = document<{ nodes: (VideoNow | null)[] }, { ids: readonly string[] }>(`
  query PayloadVideosNow($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Video {
        id status progress durationMs width height playableAt readyAt
        error { code message }
        playback { hlsUrl dashUrl posterUrl storyboardUrl }
        download { url }
        upload { url protocol expiresAt }
      }
    }
  }
`);

interface Refusal {
  __typename: string;
  code?: string;
  message?: string;
}

interface Endpoint {
  id: string;
  url: string;
  status: "ENABLED" | "DISABLED";
  disabledReason: string | null;
}

const ENDPOINT = "id url status disabledReason";

export const WebhookEndpointsDocument = document<
  { webhookEndpoints: { nodes: Endpoint[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } },
  { after: string | null }
>(`
  query PayloadWebhookEndpoints($after: String) {
    webhookEndpoints(first: 100, after: $after) { nodes { ${ENDPOINT} } pageInfo { hasNextPage endCursor } }
  }
`);

export const CreateWebhookEndpointDocument = document<
  { createWebhookEndpoint: Refusal & { secret?: string | null; endpoint?: Endpoint } },
  { url: string; eventTypes: readonly string[] }
>(`
  mutation PayloadCreateWebhookEndpoint($url: String!, $eventTypes: [String!]) {
    createWebhookEndpoint(input: { url: $url, eventTypes: $eventTypes, description: "Payload CMS" }) {
      __typename
      ... on CreatedWebhookEndpoint { secret endpoint { ${ENDPOINT} } }
      ... on Error { code message }
    }
  }
`);

export const RotateWebhookSecretDocument = document<
  { rotateWebhookSecret: Refusal & { secret?: string } },
  { id: string }
>(`
  mutation PayloadRotateWebhookSecret($id: ID!) {
    rotateWebhookSecret(input: { endpointId: $id }) {
      __typename
      ... on RotatedWebhookSecret { secret }
      ... on Error { code message }
    }
  }
`);

export const EnableWebhookEndpointDocument = document<{ enableWebhookEndpoint: Refusal }, { id: string }>(`
  mutation PayloadEnableWebhookEndpoint($id: ID!) {
    enableWebhookEndpoint(input: { id: $id }) { __typename ... on Error { code message } }
  }
`);
