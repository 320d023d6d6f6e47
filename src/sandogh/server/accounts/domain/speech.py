"""Five digits spoken in Persian, put together from ten small recordings at each request.

The recordings are made beforehand by `voice/make-voice`; here they are only strung together with pauses of random length over light noise.
"""

import array
import io
import secrets
import wave
from functools import cache
from pathlib import Path

RATE = 8000
_VOICE = Path(__file__).resolve().parent.parent / "voice"
_NOISE = 260
"""Amplitude of the noise, of 32767: audible, no hindrance."""


@cache
def _recording(digit: str) -> "array.array[int]":
    """Samples of one digit, signed 16-bit, 8 kHz."""
    with wave.open(str(_VOICE / f"{digit}.wav"), "rb") as file:
        # The recordings are stored with 8 bits, unsigned, to be small.
        return array.array("h", ((byte - 128) * 256 for byte in file.readframes(file.getnframes())))


def speak(digits: str) -> bytes:
    """WAV bytes, 8 kHz, 8 bits, one channel: the ASCII digits one after another, each after 0.35 to 0.65 s, with 0.4 s at the end."""
    samples = array.array("h")
    for digit in digits:
        samples.extend(_pause(0.35 + secrets.randbelow(300) / 1000))
        samples.extend(_recording(digit))
    samples.extend(_pause(0.4))
    noise = secrets.token_bytes(len(samples))
    mixed = bytes(
        min(255, max(0, (sample + (grain - 128) * _NOISE // 128) // 256 + 128)) for sample, grain in zip(samples, noise, strict=True)
    )
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(mixed)
    return out.getvalue()


def _pause(seconds: float) -> "array.array[int]":
    return array.array("h", bytes(2 * int(RATE * seconds)))
