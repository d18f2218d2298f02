import { useState } from "react";
import { UpdateVideoDocument, type VideoPageQuery } from "../api/index.ts";
import { FormDialog, TextArea, TextField, useAction } from "../ui/index.ts";
import { readMetadata } from "./read-metadata.ts";

type Video = NonNullable<VideoPageQuery["video"]>;

export function EditDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const [title, setTitle] = useState(video.title);
  const [externalId, setExternalId] = useState(video.externalId ?? "");
  const [metadata, setMetadata] = useState(() => JSON.stringify(video.metadata, null, 2));
  const { act, isBusy } = useAction();
  const read = readMetadata(metadata);
  const save = async () => {
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
    <FormDialog
      title="Edit the video"
      action="Save"
      isDisabled={isBusy || !read.isOk}
      onSubmit={save}
      onClose={onClose}
    >
      <TextField label="Title" value={title} maxLength={500} required onText={setTitle} />
      <TextField
        label="External id"
        value={externalId}
        spellCheck={false}
        placeholder="For example, the id in your CMS"
        onText={setExternalId}
      />
      <TextArea
        label="Metadata (a JSON object)"
        className="code"
        rows={6}
        value={metadata}
        spellCheck={false}
        problem={read.isOk ? null : read.problem}
        onText={setMetadata}
      />
    </FormDialog>
  );
}
