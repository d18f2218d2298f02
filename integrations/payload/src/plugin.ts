import type { Config, Endpoint, Plugin } from "payload";
import { stateCollection } from "./collections/state-collection.ts";
import { videosCollection } from "./collections/videos-collection.ts";
import { catchUpEndpoint, healthEndpoint } from "./endpoints/catch-up.ts";
import { liveEndpoint } from "./endpoints/live.ts";
import { uploadEndpoint } from "./endpoints/upload.ts";
import { webhookEndpoint } from "./endpoints/webhook.ts";
import { isBuild } from "./env.ts";
import { decideSettings, type ReelayPluginOptions } from "./options.ts";
import { registerSync } from "./sync/registry.ts";
import { createSync } from "./sync/sync.ts";

const ENDPOINTS: Endpoint[] = [
  uploadEndpoint,
  liveEndpoint,
  webhookEndpoint,
  catchUpEndpoint,
  healthEndpoint,
];

/**
 * Videos in Payload, made by Reelay: a collection whose files go straight from the admin page to Reelay, and
 * whose documents say what the videos are, whatever was down meanwhile.
 *
 * @throws Error for options that are of no use, when the configuration is built.
 */
export function reelay(options: ReelayPluginOptions): Plugin {
  const settings = decideSettings(options);
  const { collection = (unchanged) => unchanged, enabled = true } = options;
  return (config: Config): Config => {
    const collections = [
      ...(config.collections ?? []),
      collection(videosCollection(settings)),
      stateCollection,
    ];
    if (!enabled) return { ...config, collections };
    return {
      ...config,
      collections,
      endpoints: [...(config.endpoints ?? []), ...ENDPOINTS],
      async onInit(payload) {
        await config.onInit?.(payload);
        const sync = createSync(payload, settings);
        registerSync(payload, sync);
        // Not awaited: Payload starts with or without Reelay. A build has nothing to catch up with.
        if (!isBuild()) sync.ring();
      },
    };
  };
}
