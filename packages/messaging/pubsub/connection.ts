import { PubSub, v1 } from "@google-cloud/pubsub";
import { PassThroughClient } from "google-auth-library";
import type { SubscriptionSpec, Topic } from "../topology.ts";

type Log = (event: string, fields: Record<string, unknown>) => void;

export interface PubSubOptions {
  projectId: string;
  /**
   * `host:port` of an emulator or the embedded broker, reached without TLS or credentials. Default: Google
   * Pub/Sub.
   */
  emulatorHost?: string;
  /** Prefix of every topic and subscription name. Default `reelay-`. */
  prefix?: string;
  /** Time limit of a publish in milliseconds, retries included. Default 10,000. */
  publishTimeoutMs?: number;
  /** Receives problems that were handled. Default: no log. */
  log?: Log;
}

/** The official clients of one server, and its resource names. */
export interface Connection extends AsyncDisposable {
  /** For streaming and batching. */
  pubsub: PubSub;
  /** For single calls. */
  publisher: v1.PublisherClient;
  subscriber: v1.SubscriberClient;
  /** The server's name in messages for people. */
  server: string;
  publishTimeoutMs: number;
  log: Log;
  topicPath(topic: Topic): string;
  subscriptionPath(subscription: SubscriptionSpec): string;
}

/** Creates the clients. They connect with the first request. */
export function connect(options: PubSubOptions): Connection {
  const { projectId, emulatorHost, prefix = "reelay-", log = () => {} } = options;
  const pubsub = new PubSub({ projectId, ...(emulatorHost && emulatorOptions(emulatorHost)) });
  // The high-level client stores address and channel credentials in its options; the single-call clients
  // share them.
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
  // Without a client that needs no credentials, the library would search for a metadata server and warn when
  // it finds none.
  authClient: new PassThroughClient(),
  // A local broker is back within moments: do not wait for the library's 20 s between attempts.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 2_000,
});
