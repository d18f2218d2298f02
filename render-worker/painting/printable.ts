import { stripVTControlCharacters } from "node:util";

/** Control characters besides line breaks and tabs, and those that reverse the direction of text. */
const COMMANDS = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text of a script without what a terminal obeys: a message that moves the cursor or sets the title could
 * pretend to be another program's. Pure.
 */
export const printable = (text: string): string =>
  stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replaceAll(COMMANDS, "\ufffd");
