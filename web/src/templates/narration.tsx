import { useQuery } from "@apollo/client/react";
import { type MaterialRowFragment, MaterialsDocument } from "../api/index.ts";
import { count } from "../format/index.ts";
import { UploadMaterials } from "../materials/index.ts";
import { Check, Select } from "../ui/index.ts";
import { toBackground } from "./background.ts";
import { BackgroundField } from "./background-field.tsx";
import type { Draft } from "./draft.ts";
import { VoiceFields } from "./voice-fields.tsx";

const heights = [2160, 1440, 1080, 720, 480, 360, 240] as const;
/** A page of the API's list; a workspace that has more finds the rest by the API. */
const MATERIALS = 100;

interface NarrationProps {
  draft: Draft;
  template: { width: number; height: number; acceptsBackground: boolean };
  onChange: (change: Partial<Draft>) => void;
}

/** Voice, music, background, size and materials; closed, they are one line. */
export function Narration({
  draft: { data: content, voice, rate, height, music, background, materials },
  template,
  onChange,
}: NarrationProps) {
  const { data, refetch } = useQuery(MaterialsDocument, { variables: { first: MATERIALS } });
  const ready = (data?.materials.nodes ?? []).filter(({ status }) => status === "READY");
  const nameOf = (id: string) => ready.find((one) => one.id === id)?.filename ?? "a material";
  const own = Math.min(template.width, template.height);
  const pictures = ready.filter(({ kind }) => kind === "IMAGE" || kind === "FONT");
  const { language: written } = content;
  const language = typeof written === "string" ? written : "";
  const summary = [
    voice === "NONE" ? "no voice" : voice === "" ? "default voice" : voice,
    ...(voice !== "NONE" && rate !== 1 ? [`speed ${rate}`] : []),
    `${height === 0 ? own : height}p`,
    music === "" ? "no music" : nameOf(music),
    ...(template.acceptsBackground && toBackground(background) ? ["a clip behind"] : []),
    ...(materials.length > 0 ? [count(materials.length, "material")] : []),
  ];
  const use = ({ id, kind }: MaterialRowFragment) =>
    onChange(kind === "AUDIO" ? { music: id } : { materials: [...materials, id] });
  return (
    <details className="settings">
      <summary>Voice, music and size: {summary.join(" · ")}</summary>
      <div className="narration">
        <VoiceFields {...{ voice, rate, language, onChange }} />
        <Select
          label="Music"
          value={music}
          options={[
            { value: "", text: "None" },
            ...ready
              .filter(({ kind }) => kind === "AUDIO")
              .map(({ id, filename }) => ({ value: id, text: filename })),
          ]}
          onText={(id) => onChange({ music: id })}
        />
        <Select
          label="Size"
          value={height}
          options={[
            { value: 0, text: `${own}p, the template’s` },
            ...heights.filter((one) => one !== own).map((one) => ({ value: one, text: `${one}p` })),
          ]}
          onText={(value) => onChange({ height: Number(value) })}
        />
        {template.acceptsBackground && (
          <BackgroundField
            value={background}
            materials={ready}
            onChange={(clip) => onChange({ background: clip })}
            onUploaded={() => void refetch().catch(() => undefined)}
          />
        )}
        <fieldset className="choices materials">
          <legend>Pictures and fonts</legend>
          {pictures.length === 0 && <p className="muted small">The data uses them by their file names.</p>}
          {pictures.map(({ id, filename }) => (
            <Check
              key={id}
              isOn={materials.includes(id)}
              onCheck={(isOn) =>
                onChange({ materials: isOn ? [...materials, id] : materials.filter((one) => one !== id) })
              }
            >
              {filename}
            </Check>
          ))}
          <UploadMaterials
            onReady={(material) => {
              use(material);
              void refetch().catch(() => undefined);
            }}
          />
        </fieldset>
      </div>
    </details>
  );
}
