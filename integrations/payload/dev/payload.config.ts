import path from "node:path";
import { fileURLToPath } from "node:url";
import { sqliteAdapter } from "@payloadcms/db-sqlite";
import { reelay } from "@reelay/payload";
import { buildConfig } from "payload";
import {
  DATABASE_URL,
  PAYLOAD_SECRET,
  REELAY_API_KEY,
  REELAY_URL,
  REELAY_WEBHOOK_SECRET,
  REELAY_WEBHOOK_URL,
} from "./env.ts";

/** A site with articles that have videos. */
export default buildConfig({
  secret: PAYLOAD_SECRET,
  db: sqliteAdapter({ client: { url: DATABASE_URL } }),
  admin: { user: "users", importMap: { baseDir: path.dirname(fileURLToPath(import.meta.url)) } },
  typescript: { autoGenerate: false },
  telemetry: false,
  collections: [
    { slug: "users", auth: true, fields: [] },
    {
      slug: "articles",
      admin: { useAsTitle: "headline" },
      access: { read: () => true },
      fields: [
        { name: "headline", type: "text", required: true },
        { name: "video", type: "relationship", relationTo: "videos" },
      ],
    },
  ],
  plugins: [
    reelay({
      url: REELAY_URL,
      apiKey: REELAY_API_KEY,
      webhookSecret: REELAY_WEBHOOK_SECRET,
      webhookUrl: REELAY_WEBHOOK_URL,
      collection: (videos) => ({ ...videos, access: { ...videos.access, read: () => true } }),
    }),
  ],
});
