import { type FormEvent, useId, useState } from "react";
import { UpdateVideoDocument, type VideoPageQuery } from "../api/documents.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useAction } from "../ui/use-action.ts";
import { readMetadata } from "./read-metadata.ts";

type Video = NonNullable<VideoPageQuery["video"]>;

export function EditDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const [title, setTitle] = useState(video.title);
  const [externalId, setExternalId] = useState(video.externalId ?? "");
  const [metadata, setMetadata] = useState(() => JSON.stringify(video.metadata, null, 2));
  const { act, isBusy } = useAction();
  const [titleId, externalIdId, metadataId, problemId] = [useId(), useId(), useId(), useId()];
  const read = readMetadata(metadata);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!read.isOk) return;
    const input = {
      id: video.id,
      title: title.trim(),
      externalId: externalId.trim() === "" ? null : externalId.trim(),
      metadata: read.value,
    };
    if (await act(UpdateVideoDocument, { input }, "Saved.")) onClose();
  };
  return (
    <Dialog title="Edit the video" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <label className="field" htmlFor={titleId}>
          Title
          <input
            id={titleId}
            value={title}
            maxLength={500}
            required
            onChange={({ currentTarget }) => setTitle(currentTarget.value)}
          />
        </label>
        <label className="field" htmlFor={externalIdId}>
          External id
          <input
            id={externalIdId}
            value={externalId}
            spellCheck={false}
            placeholder="For example, the id in your CMS"
            onChange={({ currentTarget }) => setExternalId(currentTarget.value)}
          />
        </label>
        <label className="field" htmlFor={metadataId}>
          Metadata (a JSON object)
          <textarea
            id={metadataId}
            className="code"
            rows={6}
            value={metadata}
            spellCheck={false}
            aria-invalid={!read.isOk}
            aria-describedby={read.isOk ? undefined : problemId}
            onChange={({ currentTarget }) => setMetadata(currentTarget.value)}
          />
        </label>
        {!read.isOk && (
          <p className="notice bad" id={problemId}>
            {read.problem}
          </p>
        )}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={isBusy || !read.isOk}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}
