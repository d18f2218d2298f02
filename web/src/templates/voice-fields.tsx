import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { VoicesDocument } from "../api/index.ts";
import { Select, TextField } from "../ui/index.ts";
import type { Draft } from "./draft.ts";
import { languagesOf, languageToShow, voiceOptions } from "./plan-voices.ts";

interface VoiceFieldsProps {
  voice: string;
  rate: number;
  /** Of the data; empty if it has none. */
  language: string;
  onChange: (change: Partial<Draft>) => void;
}

/** Who speaks, and how fast. Voices that no worker lists are chosen by their names. */
export function VoiceFields({ voice, rate, language, onChange }: VoiceFieldsProps) {
  const { data } = useQuery(VoicesDocument);
  const voices = data?.voices ?? [];
  /** Null: follows the data. */
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = chosen ?? languageToShow(voices, language);
  const languages = languagesOf(voices);
  return (
    <>
      {languages.length > 1 && (
        <Select
          label="Language of the voices"
          value={shown}
          options={[{ value: "", text: "All languages" }, ...languages]}
          onText={setChosen}
        />
      )}
      <Select
        label="Voice"
        value={voice}
        options={voiceOptions(voices, { language: shown, chosen: voice })}
        onText={(name) => onChange({ voice: name })}
      />
      {data && voices.length === 0 && voice !== "NONE" && (
        <TextField
          label="Name of the voice"
          hint="No worker lists voices now."
          value={voice}
          placeholder="Default voice of the language"
          spellCheck={false}
          autoCapitalize="off"
          onText={(text) => onChange({ voice: text.trim() })}
        />
      )}
      {voice !== "NONE" && (
        <TextField
          label="Speed"
          type="number"
          min={0.5}
          max={2}
          step={0.1}
          value={rate}
          onText={(text) => onChange({ rate: Math.min(2, Math.max(0.5, Number(text) || 1)) })}
        />
      )}
    </>
  );
}
