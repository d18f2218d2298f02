/** What receivers are sent: decided purely. */
import type { Prisma } from "../../prisma/generated/client.ts";
import type { EventCodec } from "../events/event-codec.ts";
import { type LoggedEvent, placeOf } from "../events/read-events.ts";
import { encodeGlobalId } from "../global-id.ts";
import { errorOf } from "../jobs/error-column.ts";

/** The video of an event, as it is when the message is made. */
export interface MessageVideo {
  id: string;
  externalId: string | null;
  title: string;
  metadata: Prisma.JsonValue;
  status: string;
  playbackPolicy: string;
  durationMs: number | null;
  width: number | null;
  height: number | null;
  error: Prisma.JsonValue;
  /** Null until it plays. Of a SIGNED video without a token: messages are kept and repeated for longer than one lives. */
  playback: { hlsUrl: string; posterUrl: string | null } | null;
}

/**
 * `{ type, timestamp, data }`, as Standard Webhooks has it. `data` is the event as the GraphQL type `Event` names its fields, so that a receiver handles
 * what a webhook brings and what `changes` brings alike. `video` is null when the video was deleted since: `video.deleted` has in its own `data` what
 * is left to say.
 */
export function messageBody(event: LoggedEvent, video: MessageVideo | undefined, codec: EventCodec): string {
  const at = event.at.toISOString();
  const name = event.type.startsWith("variant.") ? fieldOf(event.data, "name") : undefined;
  const data = {
    id: encodeGlobalId("Event", codec.encodeId(event.id)),
    cursor: codec.encodeCursor(placeOf(event)),
    type: event.type,
    at,
    videoId: event.videoId && encodeGlobalId("Video", event.videoId),
    variantName: name ?? null,
    jobId: event.jobId && encodeGlobalId("Job", event.jobId),
    attemptId: event.attemptId && encodeGlobalId("Attempt", event.attemptId),
    data: event.data,
    video: video === undefined ? null : toVideo(video),
  };
  return JSON.stringify({ type: event.type, timestamp: at, data });
}

function toVideo(video: MessageVideo) {
  const { id, externalId, title, metadata, status, playbackPolicy, durationMs, width, height } = video;
  const { playback } = video;
  const error = errorOf(video);
  return {
    id: encodeGlobalId("Video", id),
    ...{ externalId, title, metadata, status, playbackPolicy, durationMs, width, height },
    error: error && { code: error.code, message: error.message },
    playback,
  };
}

const fieldOf = (data: LoggedEvent["data"], field: string): unknown =>
  typeof data === "object" && data !== null && !Array.isArray(data) ? data[field] : undefined;

/** The type of what `sendTestWebhook` sends. Never in the log. */
export const testType = "webhook.test";

/** A message that says nothing but that it arrived. */
export const testBody = (endpointId: string, at: Date): string =>
  JSON.stringify({
    type: testType,
    timestamp: at.toISOString(),
    data: { endpointId: encodeGlobalId("WebhookEndpoint", endpointId), message: "It arrived." },
  });

/** What a receiver knows a message by: the same in every attempt. */
export const messageIdOf = (deliveryId: string): string => `msg_${deliveryId.replaceAll("-", "")}`;
