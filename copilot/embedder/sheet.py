"""An ONNX graph being written: its nodes, its constants, and matrix products in either format."""

from __future__ import annotations

import math
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
GELU_LOW = 0.17  # Gelu never falls below -0.17: few of the 256 steps go there
SYMMETRIC_ZERO = 128


@dataclass(frozen=True)
class Operand:
    """What a product reads: a tensor, or its rounding with its zero and scale."""

    tensor: str
    zero: str = ""
    scale: str = ""


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

    def split(self, x: str, outputs: list[str]) -> list[str]:
        """Equal parts of the last axis."""
        node = helper.make_node(
            "Split", [x], outputs, f"{x}.split", axis=-1, num_outputs=len(outputs)
        )
        self.nodes.append(node)
        return outputs

    def rounded(self, x: str, reach: float) -> Operand:
        """On a grid from -reach to reach."""
        return self._rounded(x, SYMMETRIC_ZERO, reach / 127)

    def rounded_active(self, x: str, reach: float) -> Operand:
        """On a grid for Gelu's lopsided output: nearly all steps for the positive side."""
        zero = math.ceil(255 * GELU_LOW / (reach + GELU_LOW))
        return self._rounded(x, zero, reach / (255 - zero))

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
        inputs = [x.tensor, held, x.scale, scales, x.zero, "", shift]
        return self.op("MatMulIntegerToFloat", inputs, name, domain=FUSED)

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

    def _rounded(self, x: str, zero: int, scale: float) -> Operand:
        if self.is_exact:
            return Operand(x)
        zeros = self.number(f"zero.{zero}", zero, np.uint8)
        scales = self.number(f"scale.{scale:.6f}", scale)
        return Operand(self.op("QuantizeLinear", [x, scales, zeros], f"{x}.q"), zeros, scales)


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
