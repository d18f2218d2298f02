import { expect, test } from "vitest";
import { judgeContent } from "./judge-content.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");
const riff = (format: string) => latin1(`RIFF\0\0\0\0${format}`);

test.each([
  ["font/ttf", latin1("\0\x01\0\0\0\x10")],
  ["font/otf", latin1("OTTO\0\x10")],
  ["font/collection", latin1("ttcf\0\x01")],
  ["image/png", latin1("\x89PNG\r\n\x1a\n\0\0")],
  ["image/jpeg", latin1("\xff\xd8\xff\xe0")],
  ["image/gif", latin1("GIF89a")],
  ["image/webp", riff("WEBPVP8 ")],
  ["image/bmp", latin1("BM\x36\0\0\0\0\0\0\0")],
  ["image/tiff", latin1("II*\0")],
  ["image/svg+xml", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  [
    "image/svg+xml",
    Buffer.from(
      '\uFEFF<?xml version="1.0"?>\n<!-- Drawn <by> hand -->\n<!DOCTYPE svg [<!ENTITY a "b">]>\n<svg:svg >',
    ),
  ],
  ["audio/wav", riff("WAVEfmt ")],
  ["audio/mpeg", latin1("ID3\x04")],
  ["audio/mpeg", latin1("\xff\xfb\x90\x64")],
  ["audio/aac", latin1("\xff\xf1\x50\x80")],
  ["audio/flac", latin1("fLaC")],
  ["audio/ogg", latin1("OggS")],
  ["audio/aiff", latin1("FORM\0\0\0\0AIFF")],
  ["audio/mp4", latin1("\0\0\0\x1cftypM4A ")],
  ["video/mp4", latin1("\0\0\0\x1cftypisom")],
  ["video/quicktime", latin1("\0\0\0\x14ftypqt  ")],
  ["video/webm", latin1("\x1aE\xdf\xa3\x9fB\x82\x84webm")],
  ["video/x-matroska", latin1("\x1aE\xdf\xa3\xa3B\x82\x88matroska")],
])("%s is recognized by its first bytes", (contentType, head) => {
  expect(judgeContent(head)?.contentType).toBe(contentType);
});

test.each([
  ["nothing", ""],
  ["a script", "from manim import *\n"],
  ["a page with a picture", "<!DOCTYPE html><html><svg></svg></html>"],
  ["text about a picture", "Draw <svg> here"],
  ["an unfinished comment", "<!-- <svg>"],
  ["a picture of a phone", "\0\0\0\x1cftypheic"],
  ["a playlist", "#EXTM3U\n#EXTINF:10,\nhttp://example.com/secret.ts\n"],
  ["a program", "\x7fELF"],
  ["an archive", "PK\x03\x04"],
  ["a frame with reserved values", "\xff\xfb\xff\xff"],
])("%s is no material", (_what, text) => {
  expect(judgeContent(latin1(text))).toBeNull();
});
