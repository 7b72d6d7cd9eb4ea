"""An ONNX graph being written: its nodes, its constants, and matrix products in either format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from copilot.embedder.precision import Precision
from copilot.embedder.weights import Weights

FUSED = "com.microsoft"
OPSETS = {"": 23, FUSED: 1}
# The range that LayerNorm's output keeps to once its wide channels are narrowed; what little lies
# beyond is cut off. Like a grid per row, it keeps a text's vector free of the texts beside it.
FIXED_RANGE = 7.0
GELU_LOW, GELU_ZERO = 0.17, 16  # Gelu never falls below -0.17: few of the 256 steps go there
SYMMETRIC_ZERO = 128


@dataclass(frozen=True)
class Operand:
    """What a product reads: a tensor, or its rounding with one scale or a scale per row."""

    tensor: str
    zero: str = ""
    scale: str = ""
    row_scales: str = ""


@dataclass
class Sheet:
    """Collects the graph. Every method adds nodes and returns the name of their output.

    `apart` names the constants whose bytes lie in a file beside the graph's.
    """

    precision: Precision
    apart: dict[str, str] = field(default_factory=dict)
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        """Whether products are computed in float32."""
        return self.precision == "fp32"

    def op(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:  # noqa: ANN401
        """One node with one output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: NDArray[Any] | list[int]) -> str:
        """A stored tensor; the same name twice is the same tensor."""
        tensor = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return self.constants.setdefault(name, tensor).name

    def number(self, name: str, value: float, kind: type = np.float32) -> str:
        """A stored scalar."""
        tensor = numpy_helper.from_array(np.array(value, kind), name)
        return self.constants.setdefault(name, tensor).name

    def fixed(self, x: str) -> Operand:
        """Rounded on the one grid that suits every LayerNorm."""
        if self.is_exact:
            return Operand(x)
        zero = self.number("zero.128", SYMMETRIC_ZERO, np.uint8)
        scale = self.number("fixed.scale", FIXED_RANGE / 127)
        return Operand(self.op("QuantizeLinear", [x, scale, zero], f"{x}.q"), zero, scale)

    def per_row(self, x: str) -> Operand:
        """Rounded with a grid for each token, as wide as its largest value."""
        if self.is_exact:
            return Operand(x)
        last = self.constant("last", [1])
        high = self.op("ReduceMax", [x, last], f"{x}.high")
        low = self.op("Neg", [self.op("ReduceMin", [x, last], f"{x}.low")], f"{x}.depth")
        widest = self.op("Max", [high, low, self.number("tiny", 1e-9)], f"{x}.widest")
        scales = self.op("Mul", [widest, self.number("1/127", 1 / 127)], f"{x}.scales")
        return self._by_rows(x, scales, SYMMETRIC_ZERO)

    def per_row_after_gelu(self, x: str) -> Operand:
        """The same for Gelu's lopsided output: nearly all steps for the positive side."""
        if self.is_exact:
            return Operand(x)
        high = self.op("ReduceMax", [x, self.constant("last", [1])], f"{x}.high")
        share = self.number("1/239", 1 / (255 - GELU_ZERO))
        wanted = self.op("Mul", [high, share], f"{x}.wanted")
        least = self.number("gelu.least", GELU_LOW / GELU_ZERO)
        return self._by_rows(x, self.op("Max", [wanted, least], f"{x}.scales"), GELU_ZERO)

    def product(
        self, x: Operand, name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> str:
        """x times weight (in, out) plus bias; weights are rounded with a scale per output."""
        shift = self.constant(f"{name}.b", bias.astype(np.float32))
        if self.is_exact:
            held = self.constant(f"{name}.w", weight.astype(np.float32))
            return self.op("Gemm", [x.tensor, held, shift], name)
        levels = 63 if self.precision == "int8w7" else 127
        scale = (np.abs(weight).max(axis=0) / levels).astype(np.float32)
        rounded = np.rint(weight / scale).astype(np.int8)
        held, scales = self.constant(f"{name}.q", rounded), self.constant(f"{name}.s", scale)
        inputs = [x.tensor, held, x.scale, scales, x.zero, ""]
        if not x.row_scales:
            return self.op("MatMulIntegerToFloat", [*inputs, shift], name, domain=FUSED)
        unscaled = self.op("MatMulIntegerToFloat", inputs, f"{name}.unscaled", domain=FUSED)
        scaled = self.op("Mul", [unscaled, x.row_scales], f"{name}.scaled")
        return self.op("Add", [scaled, shift], name)

    def model(self, inputs: list[Any], outputs: list[Any]) -> bytes:
        """The checked file."""
        stored = list(self.constants.values())
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", inputs, outputs, stored)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        onnx.checker.check_model(model)
        for constant in model.graph.initializer:
            if file := self.apart.get(constant.name):
                _set_apart(constant, file)
        content: bytes = model.SerializeToString(deterministic=True)
        return content

    def _by_rows(self, x: str, scales: str, zero: int) -> Operand:
        flat = self.op("Squeeze", [scales, self.constant("last", [1])], f"{scales}.flat")
        fill = numpy_helper.from_array(np.array([zero], np.uint8))
        shape = self.op("Shape", [flat], f"{x}.rows")
        zeros = self.op("ConstantOfShape", [shape], f"{x}.zeros", value=fill)
        rounded = self.op("QuantizeLinear", [x, flat, zeros], f"{x}.q", axis=0)
        number = self.number(f"zero.{zero}", zero, np.uint8)
        return Operand(rounded, number, self.number("one", 1.0), scales)


def _set_apart(constant: onnx.TensorProto, file: str) -> None:
    """ONNX's external data: the constant is the whole of `file`."""
    for key, value in ("location", file), ("offset", "0"), ("length", str(len(constant.raw_data))):
        constant.external_data.add(key=key, value=value)
    constant.data_location = TensorProto.EXTERNAL
    constant.ClearField("raw_data")


def tensor(name: str, kind: int, shape: list[Any]) -> onnx.ValueInfoProto:
    """The declaration of an input or output."""
    return helper.make_tensor_value_info(name, kind, shape)


def transposed(weights: Weights, name: str) -> NDArray[np.float32]:
    """A layer's weight as (in, out)."""
    return weights[f"{name}.weight"].T


FLOAT, INT32 = TensorProto.FLOAT, TensorProto.INT32
