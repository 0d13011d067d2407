"""A graph of ONNX operators, built one call at a time, in double precision.

Other converters' models become part of it under names of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

OPSET, ML_OPSET = 17, 3  # what skl2onnx, onnxmltools and CatBoost write at the latest together
ML = "ai.onnx.ml"


class Graph:
    """Nodes, constants and inputs of a model in the making; values go by their names."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self._count = 0

    def input(self, name: str, kind: int) -> str:
        """Add a column of the table, of shape (n_rows, 1)."""
        from onnx import helper

        self.inputs.append(helper.make_tensor_value_info(name, kind, [None, 1]))
        return name

    def constant(self, values: npt.ArrayLike) -> str:
        """Add an array."""
        from onnx import numpy_helper

        name = self._name("constant")
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator; return the name of its only output."""
        from onnx import helper

        out = self._name(operator)
        node = helper.make_node(operator, list(inputs), [out], domain=domain, **attributes)
        self.nodes.append(node)
        return out

    def cast(self, value: str, dtype: type) -> str:
        """Return a value in another type."""
        from onnx import helper

        return self.add("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def where_missing(self, value: str, other: npt.ArrayLike) -> str:
        """Return a value whose missing cells are those of an array that fits its shape."""
        return self.add("Where", self.add("IsNaN", value), self.constant(other), value)

    def columns(self, value: str, places: list[int]) -> str:
        """Return some columns of a matrix."""
        return self.add("Gather", value, self.constant(np.asarray(places, np.int64)), axis=1)

    def include(self, model: Any, value: str, output: str) -> str:
        """Add the nodes of another model whose only input is ``value``; return its output."""
        from onnx import compose

        prefix = self._name("part") + "_"
        part = compose.add_prefix(model, prefix).graph
        (given,) = (i.name for i in part.input)
        self.nodes.append(_identity(value, given))
        self.nodes += part.node
        self.constants += part.initializer
        return prefix + output

    def rename(self, value: str, name: str) -> None:
        """Give a value a name of its own, as an output."""
        self.nodes.append(_identity(value, name))

    def model(self, outputs: list[Any]) -> Any:
        """Return the whole as a model."""
        from onnx import checker, helper

        graph = helper.make_graph(
            self.nodes, "autometa", self.inputs, outputs, initializer=self.constants
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        model = helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=helper.find_min_ir_version_for(opsets),
            producer_name="autometa",
        )
        checker.check_model(model)
        return model

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind.lower()}_{self._count}"


def _identity(value: str, name: str) -> Any:
    from onnx import helper

    return helper.make_node("Identity", [value], [name])
