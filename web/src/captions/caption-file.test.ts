import { expect, test } from "vitest";
import { languageOf, readText } from "./caption-file.ts";

test("the language is read from the file name if it contains one", () => {
  const names = [
    "film.de.srt",
    "film.pt_br.vtt",
    "film.zh-hant.SRT",
    "film.srt",
    "film.1080p.srt",
    "a.b.de.txt",
  ];
  expect(names.map(languageOf)).toEqual(["de", "pt-BR", "zh-Hant", null, null, null]);
});

test("text is decoded from UTF-8, UTF-16 or Windows-1252", () => {
  const read = (bytes: readonly number[]) => readText(new Uint8Array(bytes).buffer);
  expect(read([0xef, 0xbb, 0xbf, 0x4d, 0xc3, 0xbc])).toBe("Mü");
  expect(read([0xff, 0xfe, 0x4d, 0, 0xfc, 0])).toBe("Mü");
  expect(read([0xfe, 0xff, 0, 0x4d, 0, 0xfc])).toBe("Mü");
  expect(read([0x4d, 0xfc])).toBe("Mü");
  expect(read([])).toBe("");
});
