import { PubSub, v1 } from "@google-cloud/pubsub";
import { PassThroughClient } from "google-auth-library";
import type { SubscriptionSpec, Topic } from "../topology.ts";

type Log = (event: string, fields: Record<string, unknown>) => void;

export interface PubSubOptions {
  projectId: string;
  /** `host:port` of an emulator or of the embedded broker, reached without TLS and credentials. Absent: Google Pub/Sub. */
  emulatorHost?: string;
  /** Put before every topic and subscription name. Default `reelay-`. */
  prefix?: string;
  /** How long a publish may take before it rejects, retries included. Default 10,000 milliseconds. */
  publishTimeoutMs?: number;
  /** Told of what went wrong and was dealt with. Default: nobody. */
  log?: Log;
}

/** The official clients of one server, and the names there. */
export interface Connection extends AsyncDisposable {
  /** Streams and batches. */
  pubsub: PubSub;
  /** Single calls. */
  publisher: v1.PublisherClient;
  subscriber: v1.SubscriberClient;
  /** The server, for messages to humans. */
  server: string;
  publishTimeoutMs: number;
  log: Log;
  topicPath(topic: Topic): string;
  subscriptionPath(subscription: SubscriptionSpec): string;
}

/** Makes the clients; nothing is sent until something is asked of them. */
export function connect(options: PubSubOptions): Connection {
  const { projectId, emulatorHost, prefix = "reelay-", log = () => {} } = options;
  const pubsub = new PubSub({ projectId, ...(emulatorHost && emulatorOptions(emulatorHost)) });
  // The high-level client has put address and channel credentials into its options: the single-call clients share them.
  const shared = pubsub.options as ConstructorParameters<typeof v1.PublisherClient>[0];
  const publisher = new v1.PublisherClient(shared);
  const subscriber = new v1.SubscriberClient(shared);
  return {
    pubsub,
    publisher,
    subscriber,
    server: emulatorHost ?? "pubsub.googleapis.com",
    publishTimeoutMs: options.publishTimeoutMs ?? 10_000,
    log,
    topicPath: (topic) => `projects/${projectId}/topics/${prefix}${topic}`,
    subscriptionPath: ({ name }) => `projects/${projectId}/subscriptions/${prefix}${name}`,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([pubsub.close(), publisher.close(), subscriber.close()]);
    },
  };
}

const emulatorOptions = (emulatorHost: string) => ({
  apiEndpoint: emulatorHost,
  emulatorMode: true,
  // Without a client that needs no credentials the library would look for a metadata server, and warn that there is none.
  authClient: new PassThroughClient(),
  // A broker on this machine is back within moments: do not wait for the library's 20 s between attempts.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 2_000,
});
