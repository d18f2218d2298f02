"""When each word of a recording is said, by PocketSphinx: one JSON request on stdin, one answer on stdout.

Request: path of a file of mono samples (16 bit, 16 kHz), and its words in their order, each as a list of the words of
the dictionary that are said for it. Answer: start and end of each word in milliseconds.
"""

import json
import sys

from pocketsphinx import Config, Decoder

FRAME_MS = 10

request = json.load(sys.stdin)
with open(request["samples"], "rb") as file:
    samples = file.read()
decoder = Decoder(Config(samprate=16_000, bestpath=False, lm=None, loglevel="FATAL"))
said = [(part, index) for index, parts in enumerate(request["words"]) for part in parts]
unknown = sorted({part for part, _ in said if decoder.lookup_word(part) is None})
if unknown:
    sys.exit(f"The dictionary lacks: {', '.join(unknown)}. Use other words in the test.")

decoder.set_align_text(" ".join(part for part, _ in said))
decoder.start_utt()
decoder.process_raw(samples, full_utt=True)
decoder.end_utt()
# Besides words, it finds silences, noises, and the ends of the recording. A pronunciation is numbered: the(2).
found = [one for one in decoder.seg() or [] if one.word.split("(")[0] in {part for part, _ in said}]
if [one.word.split("(")[0] for one in found] != [part for part, _ in said]:
    sys.exit(f"{len(found)} of {len(said)} words were found.")
words = [None] * len(request["words"])
for (_, index), one in zip(said, found):
    start = words[index]["startMs"] if words[index] else one.start_frame * FRAME_MS
    words[index] = {"startMs": start, "endMs": (one.end_frame + 1) * FRAME_MS}
json.dump(words, sys.stdout)
