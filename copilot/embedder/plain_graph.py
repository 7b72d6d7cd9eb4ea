"""The model as exporters usually write it, padded and masked: the yardstick of the benchmark."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from copilot.embedder.graph import EPSILON, HEADS, LAYERS, WIDTH
from copilot.embedder.sheet import FLOAT, Sheet, tensor
from copilot.embedder.weights import Weights


def write_plain(weights: Weights) -> bytes:
    """Standard operators only; onnxruntime fuses of it what it can."""
    plain = _Plain(Sheet("fp32"), weights)
    x = plain.embeddings()
    for layer in range(LAYERS):
        x = plain.layer(x, f"encoder.layer.{layer}")
    plain.pooling(x)
    ids = [tensor(name, TensorProto.INT64, ["texts", "tokens"]) for name in ("ids", "mask")]
    return plain.sheet.model(ids, [tensor("vectors", FLOAT, ["texts", WIDTH])])


class _Plain:
    def __init__(self, sheet: Sheet, weights: Weights) -> None:
        self.sheet = sheet
        self.weights = weights

    def stored(self, name: str) -> str:
        value = self.weights[name]
        return self.sheet.constant(name, value.T if name.endswith("dense.weight") else value)

    def embeddings(self) -> str:
        op, constant = self.sheet.op, self.sheet.constant
        word = op("Gather", [self.stored("embeddings.word_embeddings.weight"), "ids"], "word")
        length = op("Shape", ["ids"], "length", start=1, end=2)
        places = self.stored("embeddings.position_embeddings.weight")
        place = op("Slice", [places, constant("start", [0]), length], "place")
        kind = constant("kind", self.weights["embeddings.token_type_embeddings.weight"][0])
        total = op("Add", [op("Add", [word, place], "placed"), kind], "embedded")
        seen = op("Cast", ["mask"], "seen", to=FLOAT)
        lifted = op("Unsqueeze", [seen, constant("middle", [1, 2])], "lifted")
        hidden = op("Sub", [self.sheet.number("one", 1.0), lifted], "hidden")
        op("Mul", [hidden, self.sheet.number("minus", -1e9)], "forbidden")
        return self.norm(total, "embeddings.LayerNorm")

    def norm(self, x: str, name: str) -> str:
        inputs = [x, self.stored(f"{name}.weight"), self.stored(f"{name}.bias")]
        return self.sheet.op("LayerNormalization", inputs, name, axis=-1, epsilon=EPSILON)

    def linear(self, x: str, name: str) -> str:
        held = self.sheet.constant(f"{name}.weight", self.weights[f"{name}.weight"].T)
        product = self.sheet.op("MatMul", [x, held], f"{name}.product")
        return self.sheet.op("Add", [product, self.stored(f"{name}.bias")], name)

    def heads(self, x: str, name: str, order: list[int]) -> str:
        shape = self.sheet.constant("heads", [0, 0, HEADS, WIDTH // HEADS])
        split = self.sheet.op("Reshape", [self.linear(x, name), shape], f"{name}.split")
        return self.sheet.op("Transpose", [split], f"{name}.heads", perm=order)

    def layer(self, x: str, at: str) -> str:
        op, own = self.sheet.op, f"{at}.attention.self"
        query = self.heads(x, f"{own}.query", [0, 2, 1, 3])
        key = self.heads(x, f"{own}.key", [0, 2, 3, 1])
        value = self.heads(x, f"{own}.value", [0, 2, 1, 3])
        scores = op("MatMul", [query, key], f"{at}.scores")
        root = self.sheet.number("root", float(np.sqrt(WIDTH / HEADS)))
        scaled = op("Add", [op("Div", [scores, root], f"{at}.scaled"), "forbidden"], f"{at}.masked")
        mixed = op("MatMul", [op("Softmax", [scaled], f"{at}.share", axis=-1), value], f"{at}.mix")
        back = op("Transpose", [mixed], f"{at}.back", perm=[0, 2, 1, 3])
        joined = op("Reshape", [back, self.sheet.constant("wide", [0, 0, WIDTH])], f"{at}.joined")
        out = self.linear(joined, f"{at}.attention.output.dense")
        x = self.norm(op("Add", [out, x], f"{at}.first"), f"{at}.attention.output.LayerNorm")
        active = op("Gelu", [self.linear(x, f"{at}.intermediate.dense")], f"{at}.active")
        out = self.linear(active, f"{at}.output.dense")
        return self.norm(op("Add", [out, x], f"{at}.second"), f"{at}.output.LayerNorm")

    def pooling(self, x: str) -> None:
        op, second = self.sheet.op, self.sheet.constant("second", [1])
        row = op("Unsqueeze", ["seen", second], "row")
        summed = op("Squeeze", [op("MatMul", [row, x], "sums"), second], "summed")
        op("LpNormalization", [summed], "vectors", axis=-1, p=2)
