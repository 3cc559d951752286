"""Vector registers as values in kernels: several neighbouring entries of an array at once, loaded, combined, stored.

Numba leaves it to the compiler to find what can go in vector registers. It finds it in short plain loops between
arrays, at the price of a call, of checks for overlap and of a remainder for every loop, which costs more than the work
itself where lines of voxels are short. Here the kernel says what a register holds. A processor whose registers are
narrower, or that has none, gets the same code in smaller pieces from the compiler.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.extending import intrinsic, overload, register_model

BYTES = 32
"""Of a register."""
_FLAGS = ("contract", "reassoc", "nsz", "arcp")


class Register(types.Type):
    """Entries of an array, side by side.

    Parameters
    ----------
    dtype : numba type
        float32 or float64.
    width : int, optional
        Entries; by default as many as `BYTES` hold.
    """

    def __init__(self, dtype: Any, width: int | None = None) -> None:
        self.dtype = dtype
        self.width = width or BYTES * 8 // dtype.bitwidth
        super().__init__(f"Register({dtype}, {self.width})")


def _shape(register: Any) -> Any:
    return ir.VectorType(ir.FloatType() if register.dtype == types.float32 else ir.DoubleType(), register.width)


@register_model(Register)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, register: Any) -> None:
        super().__init__(manager, register, _shape(register))  # type: ignore[no-untyped-call]


def _place(register: Any, context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Pointer to the entries of an array from an index on."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    index = context.cast(builder, arguments[1], signature.args[1], types.intp)
    first = builder.gep(array.data, [index])
    return builder.bitcast(first, _shape(register).as_pointer())


def _loading(width: int | None) -> Any:
    def rule(_typing: Any, array: Any, index: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _place(signature.return_type, context, builder, signature, arguments)
            return builder.load(place, align=signature.return_type.dtype.bitwidth // 8)

        return Register(array.dtype, width)(array, index), codegen

    return intrinsic(rule)


def _store(_typing: Any, array: Any, index: Any, value: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(signature.args[2], context, builder, signature, arguments)
        builder.store(arguments[2], place, align=signature.args[2].dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, index, value), codegen


def _spreading(width: int | None) -> Any:
    def rule(_typing: Any, number: Any) -> Any:
        def codegen(_context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            shape = _shape(signature.return_type)
            one = builder.insert_element(ir.Constant(shape, ir.Undefined), arguments[0], cgutils.int32_t(0))
            pattern = ir.Constant(ir.VectorType(cgutils.int32_t, shape.count), [0] * shape.count)
            return builder.shuffle_vector(one, ir.Constant(shape, ir.Undefined), pattern)

        return Register(number, width)(number), codegen

    return intrinsic(rule)


def _moved_up(_typing: Any, before: Any, now: Any) -> Any:
    def codegen(_context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        n = signature.return_type.width
        pattern = ir.Constant(ir.VectorType(cgutils.int32_t, n), list(range(n - 1, 2 * n - 1)))
        return builder.shuffle_vector(arguments[0], arguments[1], pattern)

    return before(before, now), codegen


def _arithmetic(name: str) -> Any:
    def rule(_typing: Any, left: Any, right: Any) -> Any:
        def codegen(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return getattr(builder, name)(*arguments, flags=_FLAGS)

        return left(left, right), codegen

    return intrinsic(rule)


def _lanes(_typing: Any, array: Any) -> Any:
    def codegen(context: Any, _builder: Any, signature: Any, _arguments: Any) -> Any:
        return context.get_constant(types.intp, Register(signature.args[0].dtype).width)

    return types.intp(array), codegen


lanes: Any = intrinsic(_lanes)
"""lanes(array): how many of its entries a register holds."""


def _total(_typing: Any, register: Any) -> Any:
    def codegen(_context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        parts = [builder.extract_element(arguments[0], cgutils.int32_t(i)) for i in range(signature.args[0].width)]
        while len(parts) > 1:
            parts = [builder.fadd(a, b) for a, b in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]

    return register.dtype(register), codegen


total: Any = intrinsic(_total)
"""total(register): sum of its entries."""
load: Any = _loading(None)
"""load(array, index): the entries of a flat array from an index on."""
load_four: Any = _loading(4)
"""load_four(array, index): four entries, whatever a register could hold."""
store: Any = intrinsic(_store)
"""store(array, index, register): the other way round."""
spread: Any = _spreading(None)
"""spread(number): a register that holds the number everywhere."""
spread_four: Any = _spreading(4)
"""spread_four(number): four times the number."""
moved_up: Any = intrinsic(_moved_up)
"""moved_up(before, now): the last entry of `before`, followed by all but the last of `now`."""
_SUM, _DIFFERENCE, _PRODUCT = _arithmetic("fadd"), _arithmetic("fsub"), _arithmetic("fmul")


@overload(operator.add, strict=False)
def _add(left: Any, right: Any) -> Any:
    if isinstance(left, Register) and left == right:
        return lambda left, right: _SUM(left, right)
    return None


@overload(operator.sub, strict=False)
def _subtract(left: Any, right: Any) -> Any:
    if isinstance(left, Register) and left == right:
        return lambda left, right: _DIFFERENCE(left, right)
    return None


@overload(operator.mul, strict=False)
def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, Register) and left == right:
        return lambda left, right: _PRODUCT(left, right)
    return None
