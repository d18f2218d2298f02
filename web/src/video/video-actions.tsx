import { useState } from "react";
import { Link, useLocation } from "wouter";
import { DeleteVideoDocument, type VideoPageQuery } from "../api/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { AnimateIcon, Confirm, EditIcon, TemplatesIcon, TrashIcon, useAction } from "../ui/index.ts";
import { EditDialog } from "./edit-dialog.tsx";

type Video = NonNullable<VideoPageQuery["video"]>;

/** Edit and delete; a script or data is edited as a copy, because its video stays what it is. */
export function VideoActions({ video }: { video: Video }) {
  const [asked, setAsked] = useState<"edit" | "delete" | null>(null);
  const { act, isBusy } = useAction();
  const [, navigate] = useLocation();
  if (!useSession().can("WRITE")) return null;
  const close = () => setAsked(null);
  const remove = async () => {
    if (await act(DeleteVideoDocument, { id: video.id }, `"${video.title}" was deleted.`))
      navigate(routes.library);
  };
  return (
    <div className="page-tools">
      {video.source?.script != null && (
        <Link href={routes.animate({ from: video.id })} className="button">
          <AnimateIcon /> Edit the script
        </Link>
      )}
      {video.source?.composition != null && (
        <Link
          href={routes.template(video.source.composition.template, { from: video.id })}
          className="button"
        >
          <TemplatesIcon /> Edit the data
        </Link>
      )}
      <button type="button" className="button" onClick={() => setAsked("edit")}>
        <EditIcon /> Edit
      </button>
      <button type="button" className="button" disabled={isBusy} onClick={() => setAsked("delete")}>
        <TrashIcon /> Delete
      </button>
      {asked === "edit" && <EditDialog video={video} onClose={close} />}
      {asked === "delete" && (
        <Confirm
          title="Delete this video?"
          action="Delete the video"
          onConfirm={() => void remove()}
          onClose={close}
        >
          <p>
            <strong>{video.title}</strong> will be deleted with its source, variants and jobs. Embeds will
            stop working. This can’t be undone.
          </p>
        </Confirm>
      )}
    </div>
  );
}
