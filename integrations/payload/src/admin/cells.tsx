import { useConfig } from "@payloadcms/ui";
import type { DefaultCellComponentProps } from "payload";
import { UNSETTLED, type VideoDoc } from "../collections/video-doc.ts";
import { useLive } from "./live-store.ts";
import { Styles, statusWord } from "./look.tsx";

/** For fields that are shown elsewhere. */
export function NoField() {
  return null;
}

/** The status, live where something is to happen still. */
export function StatusCell({ rowData }: DefaultCellComponentProps) {
  const video = useRow(rowData as VideoDoc);
  const isMoving = video.status === "PROCESSING" || video.status === "PLAYABLE";
  return (
    <span className="reelay-status" data-status={video.status ?? "NONE"} data-id={String(rowData["id"])}>
      <Styles />
      {statusWord(video.status)}
      {isMoving && <progress aria-label="Progress" value={video.progress ?? 0} />}
    </span>
  );
}

export function PosterCell({ rowData }: DefaultCellComponentProps) {
  const { posterUrl } = useRow(rowData as VideoDoc);
  return (
    <>
      <Styles />
      {posterUrl ? (
        <img className="reelay-poster" src={posterUrl} alt="" loading="lazy" />
      ) : (
        <span className="reelay-poster" />
      )}
    </>
  );
}

function useRow(doc: VideoDoc) {
  const { config } = useConfig();
  const isMoving = UNSETTLED.some((status) => status === doc.status);
  return useLive(config.routes.api, isMoving ? String(doc.id) : null) ?? doc;
}
