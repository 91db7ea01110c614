"""Training of the demo speech model on the CPU in stages, from short clips to whole windows."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from models.training.speech.batches import IGNORED, Batch, BatchMaker
from models.training.speech.network import Whisper

SOUND_WEIGHT = 0.5
ALIGNMENT_WEIGHT = 0.5
# (decoder layer, head, whether it follows the token that is read instead of the one to come)
GUIDES = ((0, 0, True), (1, 0, False), (2, 0, False), (2, 1, False))


@dataclass(frozen=True, slots=True)
class Stage:
    """`lengths_s` are drawn from; a batch holds `seconds` of sound in all."""

    steps: int
    lengths_s: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    stages: tuple[Stage, ...]
    peak_rate: float = 2e-3
    warm_up_steps: int = 150
    seed: int = 7

    @property
    def steps(self) -> int:
        return sum(stage.steps for stage in self.stages)

    def rate(self, step: int) -> float:
        """Learning rate: linear warm-up, then linear decay to nearly zero."""
        rising = min(1.0, (step + 1) / self.warm_up_steps)
        left = (self.steps - step) / max(1, self.steps - self.warm_up_steps)
        return self.peak_rate * min(rising, max(left, 0.01))

    def stage(self, step: int) -> Stage:
        for stage in self.stages:
            if step < stage.steps:
                return stage
            step -= stage.steps
        return self.stages[-1]


def train(whisper: Whisper, maker: BatchMaker, plan: Plan, checkpoint: Path, save_every: int = 300) -> None:
    """Trains to the plan's end; resumes an existing checkpoint."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(1)
    optimizers = _optimizers(whisper)
    begun = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        whisper.load_state_dict(saved["weights"])
        for optimizer, state in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        begun = saved["step"]
    started = time.monotonic()
    for step in range(begun, plan.steps):
        stage = plan.stage(step)
        rng = random.Random(plan.seed * 1_000_003 + step)
        longest_s = rng.choice(stage.lengths_s)
        batch = maker.draw(step, longest_s, max(2, round(stage.seconds / longest_s)))
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = plan.rate(step)
        # On a CPU with bfloat16 products this is several times as fast, and no worse.
        with torch.autocast("cpu", dtype=torch.bfloat16):
            losses = compute_losses(whisper, batch)
        total = losses[0] + SOUND_WEIGHT * losses[1] + ALIGNMENT_WEIGHT * losses[2]
        whisper.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(whisper.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        if step % 20 == 0:
            shown = " ".join(f"{loss.item():.3f}" for loss in losses)
            minutes = (time.monotonic() - started) / 60
            print(f"step {step} {longest_s:g} s  text sound align {shown}  {minutes:.1f} min", flush=True)
        if (step + 1) % save_every == 0 or step + 1 == plan.steps:
            saved = {
                "weights": whisper.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                "step": step + 1,
            }
            torch.save(saved, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)


def _optimizers(whisper: Whisper) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, which needs fewer steps than AdamW, and AdamW for the rest."""
    trained = {name: p for name, p in whisper.named_parameters() if p.requires_grad}
    inner = [name for name, p in trained.items() if ".layers." in name and p.ndim == 2]
    matrices = [trained[name] for name in inner]
    others = [p for name, p in trained.items() if name not in inner]
    return [
        torch.optim.Muon(matrices, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, weight_decay=0.0, betas=(0.9, 0.98)),
    ]


def compute_losses(whisper: Whisper, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Losses of the text, of the phonemes and of the attention's alignment."""
    logits, sounds, weights = whisper(batch.features, batch.far, batch.tokens)
    logits = logits.float()
    text = functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED)
    if batch.silent.any():
        text = text + 0.4 * _no_speech_loss(logits[batch.silent, 0], whisper)
    sound = functional.cross_entropy(sounds.float().flatten(0, 1), batch.sounds.flatten())
    return text, sound, _alignment_loss(weights, batch.spans)


def _no_speech_loss(first: Tensor, whisper: Whisper) -> Tensor:
    """Loss of clips without speech: `<|nospeech|>` should be likely, and all languages equally likely."""
    wanted = torch.zeros_like(first)
    wanted[:, whisper.specials.no_speech] = 0.7
    languages = list(whisper.specials.languages)
    wanted[:, languages] = 0.3 / len(languages)
    return functional.cross_entropy(first, wanted)


def _alignment_loss(weights: list[Tensor], spans: Tensor) -> Tensor:
    """Loss of the aligned heads' attention outside the span where the token is spoken."""
    positions = torch.arange(weights[0].shape[-1])
    losses = []
    for layer, head, reads_input in GUIDES:
        wanted = spans
        if reads_input:
            wanted = torch.cat([torch.full_like(spans[:, :1], -1), spans[:, :-1]], 1)
        inside = (positions >= wanted[..., :1]) & (positions < wanted[..., 1:])
        known = wanted[..., 0] >= 0
        share = (weights[layer][:, head] * inside).sum(-1)[known]
        losses.append(-(share + 1e-4).log().mean())
    return torch.stack(losses).mean()
