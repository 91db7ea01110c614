"""Voice activity detection: probability of speech for each 32 ms of a file."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version

import numpy as np
from faster_whisper.vad import get_vad_model

from adapters.models.native_calls import run_blocking, run_with_stall_limit
from adapters.speech.pcm import PcmFile, Samples
from domain.attempts.progress import ProgressReporter
from domain.speech.cache import WorkCache, recipe_digest

_STEP_SAMPLES = 512
# The detector copies its input several times: two hours in one call would need gigabytes.
_SLICE_STEPS = 1_875  # one minute
_LEAD_IN_STEPS = 32  # one second in which the detector's state settles
_STORED_TYPE = np.dtype("<f4")


def voice_probabilities(
    pcm: PcmFile, cache: WorkCache, progress: ProgressReporter, stall_limit_s: float
) -> list[float]:
    """One probability for each 32 ms; the last step is padded with silence.

    Cached for the whole file: language and words both need it.
    """
    step_count = -(-pcm.sample_count // _STEP_SAMPLES)
    versions = [version("faster-whisper"), version("onnxruntime")]
    recipe = recipe_digest({"voice": versions, "slice_steps": _SLICE_STEPS, "lead_in_steps": _LEAD_IN_STEPS})
    content = run_blocking(partial(cache.find, recipe, 0, pcm.duration_us), progress)
    if content is not None and len(content) == step_count * _STORED_TYPE.itemsize:
        progress.advance(1.0)
        return [float(probability) for probability in np.frombuffer(content, _STORED_TYPE)]
    probabilities = _detect(pcm, step_count, progress, stall_limit_s)
    content = np.asarray(probabilities, _STORED_TYPE).tobytes()
    run_blocking(partial(cache.save, recipe, 0, pcm.duration_us, content), progress)
    return probabilities


def _detect(pcm: PcmFile, step_count: int, progress: ProgressReporter, stall_limit_s: float) -> list[float]:
    probabilities: list[float] = []
    for first in range(0, step_count, _SLICE_STEPS):
        lead_in = min(first, _LEAD_IN_STEPS)
        last = min(first + _SLICE_STEPS, step_count)
        sound = _padded(pcm.samples((first - lead_in) * _STEP_SAMPLES, last * _STEP_SAMPLES))
        slice_probabilities = run_with_stall_limit(partial(_run_detector, sound), progress, stall_limit_s)
        probabilities.extend(np.ravel(slice_probabilities)[lead_in:].tolist())
        progress.advance(last / step_count)
    return probabilities


def _run_detector(sound: Samples) -> Samples:
    probabilities: Samples = get_vad_model()(sound)
    return probabilities


def _padded(sound: Samples) -> Samples:
    return np.pad(sound, (0, -len(sound) % _STEP_SAMPLES))
