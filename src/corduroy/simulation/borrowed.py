"""Array views without a count of references, for kernels whose threads take many short views of one array.

Every view that numba takes raises and lowers the count of its array by an atomic operation; with two threads that
count's cache line travels between the cores at every short line of voxels. The caller holds the arrays while a kernel
runs, so that nothing needs counting.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

_MAKE_ARRAY: Any = make_array
_COUNT: Any = types.MemInfoPointer


def _borrow(_typing: Any, array: Any) -> Any:
    """Type and code of `borrowed`."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = _MAKE_ARRAY(signature.return_type)(context, builder, arguments[0])
        view.meminfo = context.get_constant_null(_COUNT(types.voidptr))
        view.parent = context.get_constant_null(types.pyobject)
        return view._getvalue()

    return array(array), codegen


borrowed: Any = intrinsic(_borrow)
"""The same array, whose views are not counted; valid while the kernel's caller holds it."""
