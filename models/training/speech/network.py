"""Small Whisper network, with additions for training: known positions, phonemes and attention.

Parameter names are those of transformers' WhisperForConditionalGeneration, so that the weights
load there without a map.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

SOURCE_POSITIONS = 1_500
TARGET_POSITIONS = 448
MEL_BINS = 80


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of the network; `aligned_heads` are the (decoder layer, head) trained to attend to words."""

    vocabulary: int
    width: int = 192
    heads: int = 4
    encoder_layers: int = 3
    decoder_layers: int = 3
    aligned_heads: tuple[tuple[int, int], ...] = ((2, 0), (2, 1))
    position_width: int = 64
    # Initial attention offsets, in positions of 20 ms, of the heads of each encoder layer.
    offsets: tuple[tuple[int, ...], ...] = ((-3, -1, 1, 3), (-8, -2, 2, 8), (-16, -4, 4, 16))


@dataclass(frozen=True, slots=True)
class Specials:
    """Ids of special tokens that the losses and the initialisation use."""

    first_timestamp: int
    no_speech: int
    languages: tuple[int, ...]


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def _split(self, joined: Tensor) -> Tensor:
        batch, length, width = joined.shape
        return joined.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

    def forward(self, queries: Tensor, source: Tensor, bias: Tensor | None, causal: bool = False) -> Tensor:
        run_watched = functional.scaled_dot_product_attention(
            self._split(self.q_proj(queries)),
            self._split(self.k_proj(source)),
            self._split(self.v_proj(source)),
            attn_mask=bias,
            is_causal=causal,
        )
        return self.out_proj(run_watched.transpose(1, 2).flatten(2))

    def forward_with_weights(self, queries: Tensor, source: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        query = self._split(self.q_proj(queries))
        key = self._split(self.k_proj(source))
        scores = (query @ key.transpose(2, 3)).float() / math.sqrt(query.shape[-1]) + bias.float()
        weights = scores.softmax(-1)
        run_watched = weights.to(query.dtype) @ self._split(self.v_proj(source))
        return self.out_proj(run_watched.transpose(1, 2).flatten(2)), weights


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        normed = self.self_attn_layer_norm(hidden)
        hidden = hidden + self.self_attn(normed, normed, bias)
        return hidden + self.fc2(functional.gelu(self.fc1(self.final_layer_norm(hidden))))


class DecoderLayer(EncoderLayer):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__(width, heads)
        self.encoder_attn = Attention(width, heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(width)

    def decode(self, hidden: Tensor, source: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        normed = self.self_attn_layer_norm(hidden)
        hidden = hidden + self.self_attn(normed, normed, None, causal=True)
        normed = self.encoder_attn_layer_norm(hidden)
        crossed, weights = self.encoder_attn.forward_with_weights(normed, source, bias)
        hidden = hidden + crossed
        ending = self.fc2(functional.gelu(self.fc1(self.final_layer_norm(hidden))))
        return hidden + ending, weights


class Encoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(MEL_BINS, shape.width, 3, padding=1)
        self.conv2 = nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(SOURCE_POSITIONS, shape.width)
        self.layers = nn.ModuleList(
            EncoderLayer(shape.width, shape.heads) for _ in range(shape.encoder_layers)
        )
        self.layer_norm = nn.LayerNorm(shape.width)

    def forward(self, features: Tensor, far: Tensor) -> tuple[Tensor, Tensor]:
        """Encodes features (batch, 80, frames) that end in at least 8 frames of padding.

        The real model always sees 1,500 positions, most of them padding. Here the positions
        in `far`, drawn beyond the last frame, stand for all the padding left out: each counts
        for many by a bias on its attention score. Returns the states and that bias.
        """
        hidden = functional.gelu(self.conv1(features))
        hidden = functional.gelu(self.conv2(hidden)).transpose(1, 2)
        near = hidden.shape[1]
        padding = hidden[:, -2:-1].expand(-1, len(far), -1)
        positions = torch.cat([torch.arange(near), far])
        hidden = torch.cat([hidden, padding], 1) + self.embed_positions(positions)
        bias = torch.zeros(1, 1, 1, len(positions), dtype=hidden.dtype)
        if len(far):
            bias[..., near:] = math.log((SOURCE_POSITIONS - near) / len(far))
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return self.layer_norm(hidden), bias


class Decoder(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.embed_positions = nn.Embedding(TARGET_POSITIONS, shape.width)
        self.layers = nn.ModuleList(
            DecoderLayer(shape.width, shape.heads) for _ in range(shape.decoder_layers)
        )
        self.layer_norm = nn.LayerNorm(shape.width)

    def forward(self, tokens: Tensor, source: Tensor, bias: Tensor) -> tuple[Tensor, list[Tensor]]:
        positions = self.embed_positions.weight[: tokens.shape[1]]
        hidden = self.embed_tokens(tokens) + positions
        weights = []
        for layer in self.layers:
            hidden, layer_weights = layer.decode(hidden, source, bias)
            weights.append(layer_weights)
        return self.layer_norm(hidden), weights


class Whisper(nn.Module):
    """The network with a second output for training: the phoneme at each encoder position."""

    def __init__(self, shape: Shape, sounds: int, specials: Specials) -> None:
        super().__init__()
        self.shape = shape
        self.specials = specials
        self.model = nn.ModuleDict({"encoder": Encoder(shape), "decoder": Decoder(shape)})
        self.sound_head = nn.Linear(shape.width, sounds)
        self._initialise(specials.first_timestamp)

    def forward(self, features: Tensor, far: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Returns token logits, sound logits and each decoder layer's cross-attention."""
        source, bias = self.model["encoder"](features, far)
        near = source.shape[1] - len(far)
        hidden, weights = self.model["decoder"](tokens, source, bias)
        logits = functional.linear(hidden, self.model["decoder"].embed_tokens.weight)
        return logits, self.sound_head(source[:, :near]), weights

    @torch.no_grad()
    def _initialise(self, first_timestamp: int) -> None:
        encoder, decoder = self.model["encoder"], self.model["decoder"]
        rows = position_table(SOURCE_POSITIONS + 1, self.shape.position_width, self.shape.width)
        encoder.embed_positions.weight.copy_(rows[:SOURCE_POSITIONS])
        encoder.embed_positions.weight.requires_grad_(False)
        encoder.conv2.weight[: self.shape.position_width] *= 0.1
        encoder.conv2.bias[: self.shape.position_width] = 0
        nn.init.normal_(decoder.embed_tokens.weight, std=0.05)
        nn.init.normal_(decoder.embed_positions.weight, std=0.05)
        # A timestamp's embedding starts as its position's, so that neighbours in time are similar.
        decoder.embed_tokens.weight[first_timestamp : first_timestamp + len(rows)] += 0.1 * rows
        for layer, offsets in zip(encoder.layers, self.shape.offsets, strict=True):
            _attend_at_offsets(layer.self_attn, offsets, self.shape)


def position_table(count: int, position_width: int, width: int) -> Tensor:
    """Sines and cosines side by side in the first `position_width` columns, zeros in the rest."""
    frequencies = position_frequencies(position_width)
    angles = torch.arange(count)[:, None] * frequencies[None]
    table = torch.zeros(count, width)
    table[:, 0:position_width:2] = angles.sin()
    table[:, 1:position_width:2] = angles.cos()
    return table


def position_frequencies(position_width: int) -> Tensor:
    pairs = position_width // 2
    return torch.exp(-math.log(2_000) * torch.arange(pairs) / (pairs - 1))


@torch.no_grad()
def _attend_at_offsets(attention: Attention, offsets: tuple[int, ...], shape: Shape) -> None:
    """Sets queries and keys so that each head initially attends at a given offset.

    Learning from nothing that neighbours matter is what makes a small Whisper slow to train.
    """
    size = shape.width // shape.heads
    frequencies = position_frequencies(shape.position_width)
    attention.q_proj.weight.mul_(0.3)
    attention.k_proj.weight.mul_(0.3)
    attention.q_proj.bias.zero_()
    for head, offset in enumerate(offsets):
        for pair in range(min(size, shape.position_width) // 2):
            row, column = head * size + 2 * pair, 2 * pair
            cosine, sine = torch.cos(frequencies[pair] * offset), torch.sin(frequencies[pair] * offset)
            attention.k_proj.weight[row, column] += 1
            attention.k_proj.weight[row + 1, column + 1] += 1
            attention.q_proj.weight[row, column] += cosine
            attention.q_proj.weight[row, column + 1] += sine
            attention.q_proj.weight[row + 1, column + 1] += cosine
            attention.q_proj.weight[row + 1, column] -= sine
