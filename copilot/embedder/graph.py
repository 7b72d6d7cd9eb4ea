"""Writes the model as an ONNX graph: all-MiniLM-L6-v2 from token ids to unit vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.embedder.precision import Precision
from copilot.embedder.sheet import FLOAT, INT32, Sheet, tensor, transposed
from copilot.embedder.weights import Weights

LAYERS, HEADS, WIDTH, POSITIONS = 6, 12, 384, 256
EPSILON = 1e-12
# What a product reads is rounded on one grid for all texts, known beforehand: nothing has to be
# looked for while a text is computed, and its vector does not depend on the texts beside it. The
# reaches below hold for English, other scripts, logs and lists; what lies beyond is cut off (see
# docs/decisions/embeddings-are-rounded-in-our-own-graph.md).
BEFORE_ATTENTION, MIXED, BEFORE_FEED_FORWARD, ACTIVE = 7.0, 2.2, 8.0, 6.0
# After every LayerNorm these channels run two to six times as wide as the others. They are narrowed
# and widened again in the weights: free, and one grid then suits all channels. Before the
# feed-forward part the weights lose more by it than the grid gains, beyond a little.
WIDE_CHANNELS = {99: 4.0, 63: 2.5, 127: 2.5, 223: 2.5, 157: 2.0, 267: 2.0, 303: 2.0, 338: 2.0}
WIDE_BEFORE_FEED_FORWARD = {99: 2.5, 223: 2.0, 63: 1.7, 157: 1.3}
# How far the one or two neurons of a layer go that answer to a text's first and last token. The
# others keep within ACTIVE.
TALL_NEURONS: dict[int, dict[int, float]] = {
    0: {856: 25.0},
    1: {607: 21.0},
    2: {1004: 18.0, 218: 15.0},
    3: {358: 14.0},
}

Array = NDArray[np.float32]
WORDS = "words"


def words(weights: Weights, precision: Precision) -> bytes:
    """The vectors of all words, two thirds of the model: mapped into memory, not copied.

    Every process and session then shares them, and holds only the pages that are spoken.
    """
    return _words(weights, precision).tobytes()


def _words(weights: Weights, precision: Precision) -> NDArray[np.floating[Any]]:
    table = weights["embeddings.word_embeddings.weight"]
    # Half the memory; its rounding is far below int8's.
    return table if precision == "fp32" else table.astype(np.float16)


def write(weights: Weights, precision: Precision, words_file: str) -> bytes:
    """The graph as a file's bytes; `words()` is to lie in `words_file`, in the same folder.

    It takes texts of one length, so it needs no mask.
    """
    sheet = Sheet(precision, apart={WORDS: words_file})
    norm = Norm.read(weights, "embeddings.LayerNorm", WIDE_CHANNELS)
    total = _embeddings(sheet, weights)
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        total = _attention(sheet, weights, at, total, norm)
        norm = Norm.read(weights, f"{at}.attention.output.LayerNorm", WIDE_BEFORE_FEED_FORWARD)
        total = _feed_forward(sheet, weights, layer, total, norm)
        norm = Norm.read(weights, f"{at}.output.LayerNorm", WIDE_CHANNELS)
    _pooling(sheet, total, norm)
    return sheet.model(
        [tensor("ids", INT32, ["texts", "tokens"])], [tensor("vectors", FLOAT, ["texts", WIDTH])]
    )


@dataclass(frozen=True)
class Norm:
    """A LayerNorm whose gain and shift move into whatever reads it.

    What the graph holds is the bare normalised value: the form that loses least when it is
    rounded.
    """

    name: str
    gain: Array
    shift: Array
    narrowing: Array  # the factor on each channel of the bare value

    @classmethod
    def read(cls, weights: Weights, name: str, wide: Mapping[int, float]) -> Norm:
        """By its name in the weights; `wide` channels are made so many times as narrow."""
        factors = np.ones(WIDTH, np.float32)
        factors[list(wide)] /= list(wide.values())
        return cls(name, weights[f"{name}.weight"], weights[f"{name}.bias"], factors)

    @property
    def widening(self) -> Array:
        """What turns the bare value back into the gained one."""
        return self.gain / self.narrowing

    def bare(self, sheet: Sheet, x: str) -> str:
        """The normalised value without gain and shift."""
        scale = sheet.constant(f"{self.name}.narrowing", self.narrowing)
        return _layer_norm(sheet, [x, scale], self.name)

    def into(self, weight: Array, bias: Array) -> tuple[Array, Array]:
        """The weight and bias of a product that reads the bare value instead."""
        return weight * self.widening[:, None], bias + self.shift @ weight

    def residual(self, sheet: Sheet, bare: str, product: str) -> str:
        """product + gained value; the shift already stands in the product's bias."""
        gain = sheet.constant(f"{self.name}.widening", self.widening)
        kept = sheet.op("Mul", [bare, gain], f"{self.name}.kept")
        return sheet.op("Add", [product, kept], f"{self.name}.sum")


def _layer_norm(sheet: Sheet, inputs: list[str], name: str) -> str:
    return sheet.op("LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=EPSILON)


def _embeddings(sheet: Sheet, weights: Weights) -> str:
    """Word + position, one row per token of all texts: (texts * tokens, width)."""
    table = sheet.constant(WORDS, _words(weights, sheet.precision))
    word = sheet.op("Gather", [table, "ids"], "word")
    word = sheet.op("Cast", [word], "word.float", to=FLOAT)
    kind = weights["embeddings.token_type_embeddings.weight"][0]
    places = weights["embeddings.position_embeddings.weight"][:POSITIONS] + kind
    length = sheet.op("Shape", ["ids"], "length", start=1, end=2)
    start = sheet.constant("start", [0])
    place = sheet.op("Slice", [sheet.constant("places", places), start, length], "place")
    total = sheet.op("Add", [word, place], "placed")
    size = sheet.op("Shape", ["ids"], "size")
    width = sheet.constant("width", [WIDTH])
    sheet.op("Concat", [size, width], "by_text", axis=0)
    sheet.op("Concat", [size, sheet.constant("width_3", [3 * WIDTH])], "by_text_3", axis=0)
    return _rows(sheet, total)


def _rows(sheet: Sheet, x: str) -> str:
    return sheet.op("Reshape", [x, sheet.constant("by_token", [-1, WIDTH])], f"{x}.rows")


def _texts(sheet: Sheet, x: str, shape: str = "by_text") -> str:
    return sheet.op("Reshape", [x, shape], f"{x}.texts")


def _attention(sheet: Sheet, weights: Weights, at: str, total: str, norm: Norm) -> str:
    bare = norm.bare(sheet, total)
    names = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
    read = [norm.into(transposed(weights, name), weights[f"{name}.bias"]) for name in names]
    # In one product: threads that share it then wait for each other once, not three times.
    weight, bias = (np.concatenate(part, axis=-1) for part in zip(*read, strict=True))
    operand = sheet.rounded(bare, BEFORE_ATTENTION)
    together = _texts(sheet, sheet.product(operand, f"{at}.asked", weight, bias), "by_text_3")
    parts = sheet.split(together, names)
    heads = {"q_num_heads": HEADS, "kv_num_heads": HEADS}
    mixed = _rows(sheet, sheet.op("Attention", parts, f"{at}.mixed", **heads))
    name = f"{at}.attention.output.dense"
    bias = weights[f"{name}.bias"] + norm.shift
    operand = sheet.rounded(mixed, MIXED)
    product = sheet.product(operand, name, transposed(weights, name), bias)
    return norm.residual(sheet, bare, product)


def _feed_forward(sheet: Sheet, weights: Weights, layer: int, total: str, norm: Norm) -> str:
    at = f"encoder.layer.{layer}"
    bare = norm.bare(sheet, total)
    inner, outer = f"{at}.intermediate.dense", f"{at}.output.dense"
    weight, bias = norm.into(transposed(weights, inner), weights[f"{inner}.bias"])
    back = transposed(weights, outer)
    if not sheet.is_exact:
        weight, bias, back = _in_steps(weight, bias, back, TALL_NEURONS.get(layer, {}))
    wide = sheet.product(sheet.rounded(bare, BEFORE_FEED_FORWARD), inner, weight, bias)
    active = sheet.op("Gelu", [wide], f"{at}.active", approximate="none")
    shift = weights[f"{outer}.bias"] + norm.shift
    product = sheet.product(sheet.rounded_active(active, ACTIVE), outer, back, shift)
    return norm.residual(sheet, bare, product)


def _in_steps(
    weight: Array, bias: Array, back: Array, tall: Mapping[int, float]
) -> tuple[Array, Array, Array]:
    """Neurons that go beyond the grid as several, each of which begins where the last is cut off.

    Far from zero Gelu is the identity, so that their sum is the one neuron's value again, but for
    up to 0.17 within 2 of a step.
    """
    steps = [(n, low) for n, high in tall.items() for low in np.arange(ACTIVE, high, ACTIVE)]
    if not steps:
        return weight, bias, back
    neurons, lows = [n for n, _ in steps], np.array([low for _, low in steps], np.float32)
    return (
        np.concatenate([weight, weight[:, neurons]], axis=1),
        np.concatenate([bias, bias[neurons] - lows]),
        np.concatenate([back, back[neurons]]),
    )


def _pooling(sheet: Sheet, total: str, norm: Norm) -> None:
    """Mean over the tokens, then length one; the mean's divisor cancels out."""
    gain, shift = sheet.constant("last.g", norm.gain), sheet.constant("last.b", norm.shift)
    tokens = _texts(sheet, _layer_norm(sheet, [total, gain, shift], norm.name))
    second = sheet.constant("second", [1])
    summed = sheet.op("ReduceSum", [tokens, second], "summed", keepdims=0)
    sheet.op("LpNormalization", [summed], "vectors", axis=-1, p=2)
