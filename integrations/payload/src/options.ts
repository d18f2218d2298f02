import type { CollectionConfig } from "payload";

export interface ReelayPluginOptions {
  /**
   * Address of Reelay's API, e.g. `https://video.example.com`. The server must reach it; browsers must reach
   * the addresses that it gives.
   */
  url: string;
  /**
   * An API key with the scope WRITE (with `webhookUrl`: ADMIN). It stays on the server. Give each CMS a
   * workspace of its own: two that share one receive events of each other's videos and ignore them.
   */
  apiKey: string;
  /**
   * The secret of a webhook endpoint that leads to `/api/reelay/webhook`; several while it is being changed.
   */
  webhookSecret?: string | readonly string[] | undefined;
  /**
   * This CMS's own public address of `/api/reelay/webhook`: the endpoint is then made, kept enabled and its
   * secret kept in the database by the plugin. Instead of `webhookSecret`; needs a key with the scope ADMIN.
   */
  webhookUrl?: string | undefined;
  /** The collection of videos. Default `videos`. */
  slug?: string | undefined;
  /** Changes the collection: fields, access, hooks of your own. Keep what is in it. */
  collection?: ((collection: CollectionConfig) => CollectionConfig) | undefined;
  /** Name of the profile that videos are made with. Default: the API's. */
  profile?: string | undefined;
  /** Whether deleting a document deletes its video in Reelay. Default true. */
  deleteVideos?: boolean | undefined;
  /**
   * Milliseconds between two looks at what was missed, besides those that webhooks, the button and every boot
   * set off; 0: none. Default 60,000, without a webhook 10,000.
   */
  catchUpEveryMs?: number | undefined;
  /**
   * False: the collections stay, so that the database keeps its shape, but nothing is asked or told. Default
   * true.
   */
  enabled?: boolean | undefined;
}

/** Options with everything decided. */
export interface Settings {
  url: string;
  apiKey: string;
  webhookSecrets: readonly string[];
  webhookUrl: string | null;
  slug: string;
  profile: string | null;
  deleteVideos: boolean;
  catchUpEveryMs: number;
}

/** @throws Error naming the option that is missing or of no use. */
export function decideSettings(options: ReelayPluginOptions): Settings {
  const { url, apiKey, webhookSecret, webhookUrl = null, slug = "videos", profile = null } = options;
  if (!URL.canParse(url)) {
    throw new Error(
      `reelay({ url }): expected the API's address, e.g. "https://video.example.com", and got ${JSON.stringify(url)}.`,
    );
  }
  if (!apiKey) throw new Error("reelay({ apiKey }): expected an API key with the scope WRITE, and got none.");
  if (webhookUrl !== null && !URL.canParse(webhookUrl)) {
    throw new Error(
      `reelay({ webhookUrl }): expected a whole address, e.g. "https://cms.example.com/api/reelay/webhook", and got ${JSON.stringify(webhookUrl)}.`,
    );
  }
  const webhookSecrets = (typeof webhookSecret === "string" ? [webhookSecret] : (webhookSecret ?? [])).filter(
    (secret) => secret !== "",
  );
  const isTold = webhookSecrets.length > 0 || webhookUrl !== null;
  return {
    url,
    apiKey,
    webhookSecrets,
    // A secret by hand means an endpoint by hand.
    webhookUrl: webhookSecrets.length > 0 ? null : webhookUrl,
    slug,
    profile,
    deleteVideos: options.deleteVideos ?? true,
    catchUpEveryMs: options.catchUpEveryMs ?? (isTold ? 60_000 : 10_000),
  };
}
