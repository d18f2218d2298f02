import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import {
  assertCredentials,
  createPubSubMessaging,
  isBrokerAway,
  type Patience,
  retryWhileAway,
} from "@reelay/messaging";
import {
  assertReachable,
  createGcsObjectStore,
  createLocalObjectStore,
  type ObjectStore,
} from "@reelay/object-store";
import {
  ConcurrentDisposableStack,
  credentialsPart,
  explainStart,
  startParts,
  startStep,
  toSentence,
} from "@reelay/process";
import type { GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { applyMigrations } from "../../prisma/index.ts";
import { createAuthenticate } from "../auth/index.ts";
import { createBatchNews, createManifests, startBatches } from "../batches/index.ts";
import { createFormUpload, createVideoStatus } from "../cms/index.ts";
import { createBuiltFiles, createConsole } from "../console/index.ts";
import type { Context, OperationDeps, UploadGateway } from "../context/index.ts";
import { createCostUpkeep } from "../costs/index.ts";
import { createDatabase } from "../database/index.ts";
import { startDispatcher } from "../dispatcher/index.ts";
import type { ApiEnv } from "../env/index.ts";
import { createEventLog, forgetEvents } from "../events/index.ts";
import { createGateway } from "../gateway/index.ts";
import {
  assertDatabaseRoom,
  assertRoomIn,
  type Check,
  isOutage,
  seldom,
  startMetricsServer,
} from "../http/index.ts";
import { UUID_PATTERN } from "../inputs/index.ts";
import type { KindRegistry } from "../jobs/index.ts";
import { forgetLaunches, openLaunchPlan, startLauncher } from "../launches/index.ts";
import { createMediaHandler } from "../media/index.ts";
import { startRelay } from "../outbox/index.ts";
import { createRateLimit } from "../overload/index.ts";
import {
  createPlaybackAccess,
  encryptSigningSecrets,
  type PlaybackAccess,
} from "../playback-access/index.ts";
import { createPlaybackEvents } from "../playback-events/index.ts";
import { loadOffers } from "../prices/index.ts";
import { createLiveProgress, createSharedExecution, sharingKeyOf } from "../progress/index.ts";
import { startProjector } from "../projector/index.ts";
import { createQuestionWriter, startGenerator } from "../questions/index.ts";
import { createQuotaUpkeep } from "../quotas/index.ts";
import { createRest } from "../rest/index.ts";
import { type Scrub, startScrub } from "../scrub/index.ts";
import { createSecretBox } from "../secrets/index.ts";
import { createCheckWaits, createStills } from "../source-checks/index.ts";
import { redispatchAll, startOrphanRemoval, startSweeper } from "../sweeper/index.ts";
import { createMetrics, type Metrics } from "../telemetry/index.ts";
import { forgetTokens } from "../tokens/index.ts";
import { createGcsUploadGateway, createTusUploadGateway } from "../uploads/index.ts";
import { createWatchPage } from "../watch/index.ts";
import { encryptWebhookSecrets, forgetDeliveries, startWebhooks } from "../webhooks/index.ts";
import { createServer, type Handler } from "./server.ts";

export interface Api extends AsyncDisposable {
  /** Where it listens. */
  url: string;
  port: number;
  db: PrismaClient;
}

interface ApiOptions {
  /**
   * What `/graphql` serves: `schema` of `schema/index.ts`. It is passed in because `schema/` imports the
   * operations.
   */
  schema: GraphQLSchema;
  /**
   * The broker forgot everything (it keeps nothing on disk): dispatch all queued tasks again immediately.
   * Default false.
   */
  isBrokerEmpty?: boolean;
  /** Default: the kinds of this release. */
  kinds?: KindRegistry;
  /** More of what `/readyz` asks, by name. */
  checks?: Readonly<Record<string, Check>>;
  /** For a database and a broker that are away at the start. Default: none, it rejects at once. */
  patience?: Patience;
}

const defaultMaterials = { maxBytes: 20 * 1024 ** 2, perWorkspace: 1_000 };
const defaultWebhooks = { timeoutMs: 20_000, retentionMs: 30 * 86_400_000 };
/** How long an answer about room on a disk holds: it costs a write of a megabyte. */
const roomTimes = { okMs: 5_000, failedMs: 1_000 };
/** How long running requests may go on once no new ones are taken. */
const REQUEST_GRACE_MS = 3_000;
/**
 * Requests and transactions wait for the store: it answers, or has failed, before the 15 s of a transaction
 * are over, so that no write goes on behind a lock that was given back.
 */
const storePatience = { totalMs: 9_000, maxDelayMs: 1_000, silenceMs: 5_000 };
/**
 * How long an API takes to stop, its drain time not counted: the requests' grace, and as much again for what
 * runs behind them.
 */
export const STOP_WITHIN_MS = 5_000;

/**
 * One API process: brings the database and the broker up to date, then relays, projects, sweeps and serves
 * until disposed.
 */
export async function startApi(env: ApiEnv, log: Logger, options: ApiOptions): Promise<Api> {
  await using starting = new AsyncDisposableStack();
  const { databaseUrl } = env;
  const clock = () => new Date();
  const patience = { patienceMs: 0, ...options.patience };
  const { broker: brokerPart, store: storePart } = startParts(env);
  const databasePart = { kind: "database", url: databaseUrl } as const;
  const credentials = credentialsPart(env);
  if (credentials !== null) await startStep(credentials, assertCredentials);
  const { applied } = await startStep(databasePart, () =>
    retryWhileAway(() => applyMigrations({ url: databaseUrl }), {
      ...patience,
      isAway: isOutage,
      onAway: (error) =>
        log.warn(
          { reason: explainStart(databasePart, error) ?? toSentence(error) },
          "start.database-unreachable",
        ),
    }),
  );
  if (applied.length > 0) log.info({ applied }, "migrations.applied");
  const db = starting.adopt(createDatabase(databaseUrl), (client) => client.$disconnect());
  const messaging = starting.use(
    createPubSubMessaging({ ...env.pubsub, log: (event, fields) => log.warn(fields, event) }),
  );
  await startStep(brokerPart, () =>
    retryWhileAway(() => messaging.provision(), {
      ...patience,
      isAway: isBrokerAway,
      onAway: (error) =>
        log.warn(
          { reason: explainStart(brokerPart, error) ?? toSentence(error) },
          "start.broker-unreachable",
        ),
    }),
  );
  const metrics = createMetrics(db, env.quotas.runningTasks);
  const onMissing: MissingHint = { hint: () => undefined };
  const secrets = createSecretBox(env.secretKeys);
  if (env.secretKeys.length === 0) log.warn("secrets.unencrypted");
  await encryptWebhookSecrets({ db, secrets, log });
  await encryptSigningSecrets({ db, secrets, log });
  const playback = createPlaybackAccess({ db, clock, secrets, publicUrl: env.publicUrl });
  const { store, uploads, handlers, sweepUploads, stopUploads } = await startStep(storePart, async () => {
    const opened = openStore(env, { db, clock, log, metrics, playback, onMissing }, starting);
    await assertReachable(opened.store);
    return opened;
  });
  const apiId = `${process.pid}-${randomBytes(4).toString("hex")}`;
  const live = starting.use(await createLiveProgress({ db, messaging, databaseUrl, apiId, log, metrics }));
  const events = starting.use(await createEventLog({ db, databaseUrl, log }));
  const webhooks = { ...defaultWebhooks, allowPrivate: env.allowPrivateUrls, ...env.webhooks };
  const materials = env.materials ?? defaultMaterials;
  const limits = {
    uploadBytes: env.uploads.maxBytes,
    uploadExpiryMs: env.uploads.expiryMs,
    materialBytes: materials.maxBytes,
    materials: materials.perWorkspace,
    allowPrivateUrls: env.allowPrivateUrls,
    allowPrivateWebhooks: webhooks.allowPrivate,
    ...env.quotas,
    ...(env.replacedKeptMs !== undefined && { replacedKeptMs: env.replacedKeptMs }),
    ...(env.speechKeptMs !== undefined && { speechKeptMs: env.speechKeptMs }),
    ...(env.gpuPatienceMs !== undefined && { gpuPatienceMs: env.gpuPatienceMs }),
    ...env.split,
  };
  const checkWaits = createCheckWaits();
  const questionWriter = createQuestionWriter(env.questions ?? { kind: "bank" });
  const batchNews = createBatchNews();
  const offers = await loadOffers(env.prices ?? {}, clock());
  const { launches } = env;
  const launchPlan =
    launches &&
    (await openLaunchPlan(launches.settings, {
      ...{ offers, publicUrl: env.publicUrl, environment: launches.environment, log },
    }));
  const operations: OperationDeps = {
    ...{
      db,
      store,
      live,
      uploads,
      secrets,
      playback,
      checkWaits,
      questionWriter,
      batchNews,
      offers,
      ...(env.budgets && { budgets: env.budgets }),
      launchPlan,
      clock,
      log,
      limits,
      metrics,
    },
  };
  const sweeperDeps = { ...operations, messaging };
  if (options.isBrokerEmpty) await redispatchAll({ db, log });
  // They know nothing of each other, and stop together once the last request is answered.
  const background = starting.use(new ConcurrentDisposableStack());
  background.use(await startRelay({ db, messaging, databaseUrl, clock, log }));
  const { runningTasks: maxRunningTasks } = env.quotas;
  const given = options.kinds ? { kinds: options.kinds } : {};
  const dispatcher = {
    ...{ db, databaseUrl, clock, log, limits, maxRunningTasks, split: env.split, offers },
    ...(env.budgets && { budgets: env.budgets }),
    ...(env.brokerRealm !== undefined && { brokerRealm: env.brokerRealm }),
    areWorkersRented: launchPlan !== undefined,
    ...given,
  };
  background.use(await startDispatcher(dispatcher));
  const maxObjectBytes = env.uploads.maxBytes;
  const gateway = background.use(
    await createGateway({ dispatcher, messaging, store, apiId, secrets, maxObjectBytes }),
  );
  background.use(
    await startProjector({ db, messaging, store, clock, log, metrics, limits, offers, ...given }),
  );
  const forgetOldEvents = () => forgetEvents(db, new Date(clock().getTime() - env.eventRetentionMs));
  const scrub = env.scrub
    ? background.use(startScrub({ ...operations, metrics, holder: apiId, settings: env.scrub }))
    : undefined;
  onMissing.hint = (key) => hintAt(scrub, key);
  const { timeoutMs, retentionMs, allowPrivate } = webhooks;
  const forgetOldDeliveries = () => forgetDeliveries(db, new Date(clock().getTime() - retentionMs));
  const keepQuotas = createQuotaUpkeep({ db, clock, log });
  const keepCosts = createCostUpkeep({ db, clock });
  const alsoSweep = () =>
    Promise.all([
      sweepUploads(),
      forgetOldEvents(),
      forgetOldDeliveries(),
      forgetTokens(db, clock()),
      forgetLaunches(db, clock()),
      keepQuotas(),
      keepCosts(),
    ]);
  background.use(await startGenerator({ db, databaseUrl, writer: questionWriter, clock, log }));
  background.use(
    await startBatches({ ...operations, databaseUrl, onChanged: (batchId) => batchNews.changed(batchId) }),
  );
  background.use(startSweeper(sweeperDeps, alsoSweep));
  background.use(startOrphanRemoval(sweeperDeps));
  background.use(
    await startWebhooks({
      ...{ db, databaseUrl, store, secrets, clock, log, metrics, allowPrivate, timeoutMs },
      codec: events.codec,
    }),
  );
  const takeRequest = createRateLimit({ clock, perSecond: env.quotas.requestsPerSecond ?? null });
  const authenticate = createAuthenticate({ db, clock });
  const { publicUrl } = env;
  const rest = starting.use(createRest({ deps: operations, authenticate, takeRequest, publicUrl }));
  const forms = starting.use(
    createFormUpload({
      deps: operations,
      authenticate,
      takeRequest,
      publicUrl,
      onBytes: (sizeBytes) => metrics.uploadReceived(sizeBytes),
    }),
  );
  const built = createBuiltFiles();
  const server = starting.use(
    createServer({
      schema: options.schema,
      config: {
        isDevelopment: env.isDevelopment,
        corsOrigins: env.corsOrigins,
        drainMs: env.drainMs ?? 0,
        graceMs: REQUEST_GRACE_MS,
        overload: { ...(env.uploads.leastPace !== undefined && { leastPace: env.uploads.leastPace }) },
      },
      context: { db, store, live, events, clock, operations },
      log,
      metrics,
      checks: {
        ...createChecks({ db, store }),
        broker: (signal) => messaging.ping(signal),
        ...options.checks,
      },
      handlers: [
        ...handlers,
        (req, res) => gateway.handle(req, res),
        (req, res) => forms.handle(req, res),
        createVideoStatus({ deps: operations, authenticate }),
        createPlaybackEvents({ metrics, access: playback }),
        createWatchPage({ store, access: playback, built }),
        createStills({ store }),
        createManifests({ db, store }),
        createConsole({ built, mediaUrl: store.publicUrl("videos"), uploadUrl: uploadUrlOf(env) }),
      ],
      onClosing() {
        stopUploads();
        checkWaits.stop();
        forms.stop();
        rest.stop();
      },
      rest,
      takeRequest,
      webSocketHooks: createSharedExecution({
        viewerKey: (context) => {
          const { viewer } = context as Context;
          return viewer && sharingKeyOf(viewer);
        },
      }),
    }),
  );
  const { metricsPort } = env;
  if (metricsPort !== undefined) {
    const metricsPart = { kind: "port", variable: "METRICS_PORT", port: metricsPort } as const;
    const { port } = starting.use(
      await startStep(metricsPart, () => startMetricsServer(metricsPort, metrics)),
    );
    log.info({ port }, "api.metrics-listening");
  }
  const portPart = { kind: "port", variable: "PORT", port: env.port, host: env.host } as const;
  const { url, port } = await startStep(portPart, () => server.listen(env.port, env.host));
  log.info({ url }, "api.listening");
  // It stops first: the workers that end with it return their tasks here.
  if (launchPlan)
    starting.use(
      startLauncher({
        ...{ db, clock, secrets, log, metrics, plan: launchPlan, maxRunningTasks },
        hourMicros: env.budgets?.hourMicros ?? null,
      }),
    );
  const held = starting.move();
  return { url, port, db, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Whether the database answers, and whether there is room to write in it and in a store on this machine. */
function createChecks({ db, store }: { db: PrismaClient; store: ObjectStore }): Record<string, Check> {
  const databaseRoom = seldom(() => assertDatabaseRoom(db), roomTimes);
  // Where uploads arrive; the folder is there as long as the store is.
  const arriving = store.arrivingPath("room");
  return {
    async database(signal) {
      await db.$queryRaw`SELECT 1`;
      await databaseRoom(signal);
    },
    ...(arriving !== null && { store: seldom(() => assertRoomIn(dirname(arriving)), roomTimes) }),
  };
}

/** Where browsers send their uploads: to this API, or to Cloud Storage by resumable sessions. */
const uploadUrlOf = ({ store, publicUrl }: ApiEnv): string =>
  store.kind === "gcs" ? (store.apiEndpoint ?? "https://storage.googleapis.com/") : publicUrl;

/** Set once the scrub runs, which needs the store that the media handler serves. */
interface MissingHint {
  hint: (key: string) => void;
}

/**
 * A segment that a playlist names is missing, or a client guesses keys: the scrub looks at the video in both
 * cases, at a bounded rate.
 */
function hintAt(scrub: Scrub | undefined, key: string): void {
  const [folder, videoId] = key.split("/");
  if (folder === "videos" && videoId !== undefined && UUID_PATTERN.test(videoId) && isMediaSegment(key))
    scrub?.hint(videoId);
}

const isMediaSegment = (key: string): boolean => /\.(m4s|mp4)$/.test(key);

interface OpenedStore {
  store: ObjectStore;
  uploads: UploadGateway;
  handlers: Handler[];
  sweepUploads: () => Promise<unknown>;
  /** Ends what is being received where it is; clients go on at another process. */
  stopUploads: () => void;
}

/** The store that the environment names, with its way of uploading and, for a local one, its serving. */
function openStore(
  env: ApiEnv,
  {
    db,
    clock,
    log,
    metrics,
    playback,
    onMissing,
  }: {
    db: PrismaClient;
    clock: () => Date;
    log: Logger;
    metrics: Metrics;
    playback: PlaybackAccess;
    onMissing: MissingHint;
  },
  stack: AsyncDisposableStack,
): OpenedStore {
  if (env.store.kind === "gcs") {
    const store = stack.use(createGcsObjectStore({ ...env.store, retry: storePatience }));
    const sweepUploads = () => Promise.resolve();
    const stopUploads = () => undefined;
    return { store, uploads: createGcsUploadGateway(store), handlers: [], sweepUploads, stopUploads };
  }
  const store = stack.use(createLocalObjectStore(env.store));
  const { gateway, uploads, arrivals } = createTusUploadGateway({
    db,
    store,
    clock,
    log,
    publicUrl: env.publicUrl,
    onBytes: (sizeBytes) => metrics.uploadReceived(sizeBytes),
    wholeUpToMs: env.split.wholeUpToMs,
  });
  stack.use(arrivals);
  stack.use(uploads);
  const media = createMediaHandler({
    store,
    access: playback,
    basePath: "/media/",
    onMissing: (key) => onMissing.hint(key),
    onError: (error, key) => log.error({ err: error, key }, "media.failed"),
  });
  const upload: Handler = async (req, res) => {
    if (!req.url?.startsWith("/uploads/")) return false;
    await uploads.handle(req, res);
    return true;
  };
  return {
    store,
    uploads: gateway,
    handlers: [media, upload],
    sweepUploads: () => uploads.sweep(clock()),
    stopUploads: () => uploads.stop(),
  };
}
