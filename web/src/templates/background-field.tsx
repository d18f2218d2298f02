import { useQuery } from "@apollo/client/react";
import { ClipVideosDocument, type MaterialRowFragment } from "../api/index.ts";
import { UploadMaterials } from "../materials/index.ts";
import { Select, TextField } from "../ui/index.ts";
import { clipText, parseClip } from "./background.ts";

/** Newest videos that are offered; others are used by the API. */
const VIDEOS = 30;

interface BackgroundFieldProps {
  /** As `Draft.background`. */
  value: string;
  /** READY materials of the workspace. */
  materials: readonly MaterialRowFragment[];
  onChange: (background: string) => void;
  onUploaded: () => void;
}

/** The clip behind the pictures: a material, a video of the workspace, an address, or a new upload. */
export function BackgroundField({ value, materials, onChange, onUploaded }: BackgroundFieldProps) {
  const { data } = useQuery(ClipVideosDocument, { variables: { first: VIDEOS } });
  const clip = parseClip(value);
  const videos = (data?.videos.nodes ?? []).filter(
    ({ source }) => source?.kind === "UPLOAD" || source?.kind === "URL",
  );
  const known = [
    ...materials
      .filter(({ kind }) => kind === "VIDEO")
      .map(({ id, filename }) => ({ value: clipText("material", id), text: filename })),
    ...videos.map(({ id, title }) => ({ value: clipText("video", id), text: `${title} (video)` })),
  ];
  const isAddress = clip?.origin === "url";
  // One that is not listed, such as that of an older video.
  const isOther = clip !== null && !isAddress && known.every((option) => option.value !== value);
  return (
    <>
      <Select
        label="Background"
        value={isAddress ? "url:" : value}
        options={[
          { value: "", text: "The template’s" },
          { value: "url:", text: "Clip at an address" },
          ...known,
          ...(isOther ? [{ value, text: "As before" }] : []),
        ]}
        onText={onChange}
      />
      {isAddress && (
        <TextField
          label="Address of the clip"
          type="url"
          placeholder="https://example.com/clip.mp4"
          spellCheck={false}
          value={clip.value}
          onText={(url) => onChange(clipText("url", url))}
        />
      )}
      <div className="field">
        <span className="muted small">MP4, MOV, WebM or MKV; it plays without its sound.</span>
        <UploadMaterials
          wants="CLIP"
          onReady={({ id }) => {
            onChange(clipText("material", id));
            onUploaded();
          }}
        />
      </div>
    </>
  );
}
