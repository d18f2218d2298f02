import path from "node:path";
import { withPayload } from "@payloadcms/next/withPayload";
import type { NextConfig } from "next";

const root = path.resolve(import.meta.dirname, "..");

const config: NextConfig = {
  // Types are checked with everything else.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root },
  // Its size does not matter, its build time does. In CI, nothing reads the cache.
  experimental: {
    turbopackMinify: false,
    turbopackSourceMaps: false,
    turbopackInputSourceMaps: false,
    // oxlint-disable-next-line no-restricted-properties -- Next reads this file alone, when it builds
    turbopackFileSystemCacheForBuild: !process.env["CI"],
  },
  outputFileTracingRoot: root,
};

export default withPayload(config, { devBundleServerPackages: false });
