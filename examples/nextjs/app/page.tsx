import { VideosDocument } from "@reelay/client";
import { Library } from "./library";
import { reelay } from "./reelay";

export const dynamic = "force-dynamic";

export default async function Page() {
  const { videos } = await reelay.query(VideosDocument, { first: 20 });
  return <Library videos={videos.nodes} />;
}
