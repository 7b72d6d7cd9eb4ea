"""Writes the model as an ONNX graph: all-MiniLM-L6-v2 from token ids to unit vectors."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from copilot.embedder.weights import Weights

Precision = Literal["int8", "fp32"]
LAYERS, HEADS, WIDTH, POSITIONS = 6, 12, 384, 256
EPSILON = 1e-12
FUSED = "com.microsoft"


def write(weights: Weights, precision: Precision) -> bytes:
    """The graph as a file's bytes. It takes texts of one length, so it needs no mask."""
    content: bytes = _Writer(weights, precision).model().SerializeToString()
    return content


class _Writer:
    def __init__(self, weights: Weights, precision: Precision) -> None:
        self.weights = weights
        self.precision = precision
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        x = self._embeddings()
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}")
        self._pooling(x)
        graph = helper.make_graph(
            self.nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info("ids", TensorProto.INT32, ["texts", "tokens"])],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        onnx.checker.check_model(model)
        return model

    def _op(
        self, kind: str, inputs: list[str], output: str, **attributes: int | str | float
    ) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _embeddings(self) -> str:
        table = self.weights["embeddings.word_embeddings.weight"]
        if self.precision == "int8":
            table = table.astype(np.float16)  # half the memory; rounding is below int8's by far
        self._op("Gather", [self._constant("words", table), "ids"], "word")
        word = self._op("Cast", ["word"], "word.f", to=TensorProto.FLOAT)
        positions = self.weights["embeddings.position_embeddings.weight"][:POSITIONS]
        kind = self.weights["embeddings.token_type_embeddings.weight"][0]
        self._constant("positions", positions + kind)
        self._constant("zero", np.array([0]))
        self._op("Shape", ["ids"], "length", start=1, end=2)
        place = self._op("Slice", ["positions", "zero", "length"], "position")
        return self._normalised(word, place, "embeddings.LayerNorm")

    def _layer(self, x: str, at: str) -> str:
        mixed = self._attention(x, at)
        mixed = self._linear(mixed, f"{at}.attention.output.dense")
        x = self._normalised(mixed, x, f"{at}.attention.output.LayerNorm")
        wide = self._linear(x, f"{at}.intermediate.dense")
        wide = self._op("Gelu", [wide], f"{at}.gelu", domain=FUSED)
        narrow = self._linear(wide, f"{at}.output.dense")
        return self._normalised(narrow, x, f"{at}.output.LayerNorm")

    def _attention(self, x: str, at: str) -> str:
        parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self.weights[f"{p}.weight"] for p in parts])
        bias = np.concatenate([self.weights[f"{p}.bias"] for p in parts])
        joint = self._product(x, f"{at}.attention.qkv", weight, bias)
        self.nodes.append(helper.make_node("Split", [joint], parts, axis=-1, num_outputs=3))
        return self._op(
            "MultiHeadAttention", parts, f"{at}.attention", domain=FUSED, num_heads=HEADS
        )

    def _linear(self, x: str, name: str) -> str:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return self._product(x, name, weight, bias)

    def _product(
        self, x: str, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> str:
        shift = self._constant(f"{name}.b", bias)
        if self.precision == "fp32":
            product = self._op("MatMul", [x, self._constant(f"{name}.w", weight.T)], f"{name}.xw")
            return self._op("Add", [product, shift], name)
        scale = np.abs(weight).max(axis=1) / 127  # one scale per output channel
        small = np.rint(weight / scale[:, None]).astype(np.int8)
        inputs = [x, self._constant(f"{name}.q", small.T), self._constant(f"{name}.s", scale)]
        return self._op("DynamicQuantizeMatMul", [*inputs, "", shift], name, domain=FUSED)

    def _normalised(self, x: str, residual: str, name: str) -> str:
        gain = self._constant(f"{name}.g", self.weights[f"{name}.weight"])
        shift = self._constant(f"{name}.b", self.weights[f"{name}.bias"])
        inputs = [x, residual, gain, shift]
        return self._op("SkipLayerNormalization", inputs, name, domain=FUSED, epsilon=EPSILON)

    def _pooling(self, x: str) -> None:
        """Mean and normalisation to length one; the mean's divisor cancels out."""
        total = self._op(
            "ReduceSum", [x, self._constant("tokens", np.array([1]))], "sum", keepdims=0
        )
        self._op("LpNormalization", [total], "vectors", axis=-1, p=2)
