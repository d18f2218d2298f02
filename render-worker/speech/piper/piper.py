"""Speaks texts with Piper: a line of JSON in, a line of JSON and the samples out (protocol.ts).

Runs in the worker's jail. Without noise, so that the same text has the same samples and the same length in
every attempt.
"""

import json
import sys
from pathlib import Path

import onnxruntime
from piper import PiperVoice, SynthesisConfig
from piper.config import PiperConfig

STEADY = {"noise_scale": 0.0, "noise_w_scale": 0.0}
BYTES_PER_SAMPLE = 2


def load(model: str) -> PiperVoice:
    """One thread, because with more of them the samples depend on the number of processors."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    config = json.loads(Path(f"{model}.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(
        model, sess_options=options, providers=["CPUExecutionProvider"]
    )
    return PiperVoice(config=PiperConfig.from_dict(config), session=session)


def is_sound(phoneme: str) -> bool:
    """Whether it is more than a pause: marks of stress and length belong to a sound."""
    return phoneme.isalpha()


def speak(voice: PiperVoice, request: dict) -> tuple[dict, bytes]:
    config = SynthesisConfig(length_scale=request["stretch"], **STEADY)
    samples = bytearray()
    sounds: list[tuple[str, int]] = []
    for chunk in voice.synthesize(request["text"], config, include_alignments=True):
        at = len(samples) // BYTES_PER_SAMPLE
        for one in chunk.phoneme_alignments or []:
            at += int(one.num_samples)
            sounds.append((one.phoneme, at))
        samples += chunk.audio_int16_bytes
    alone = [
        [one for sentence in voice.phonemize(word) for one in sentence if is_sound(one)]
        for word in request["words"]
    ]
    answer = {
        "audioBytes": len(samples),
        "sampleRate": voice.config.sample_rate,
        "sounds": [(one if is_sound(one) else "", end) for one, end in sounds],
        "alone": alone,
    }
    return answer, bytes(samples)


def main() -> None:
    voices: dict[str, PiperVoice] = {}
    output = sys.stdout.buffer
    for line in sys.stdin:
        request = json.loads(line)
        model = request["model"]
        if model not in voices:
            voices[model] = load(model)
        answer, samples = speak(voices[model], request)
        output.write(json.dumps(answer).encode() + b"\n" + samples)
        output.flush()


main()
