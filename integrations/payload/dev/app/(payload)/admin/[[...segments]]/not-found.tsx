import config from "@payload-config";
import { generatePageMetadata, NotFoundPage } from "@payloadcms/next/views";
import { importMap } from "../importMap.js";

interface Args {
  params: Promise<{ segments: string[] }>;
  searchParams: Promise<Record<string, string | string[]>>;
}

export const generateMetadata = (args: Args) => generatePageMetadata({ ...args, config });

export default function NotFound(args: Args) {
  return NotFoundPage({ ...args, config, importMap });
}
