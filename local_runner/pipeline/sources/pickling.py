"""Python functions that run inside Spark: sent whole, since Spark's workers cannot import the bundle's modules."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def pickling_by_value(module_names: Callable[[], set[str]]) -> Iterator[None]:
    """While this lasts, functions and classes of the modules that `module_names` gives are pickled by value.

    The names are asked for at each pickling, since a query may import more modules as it runs. Workers outlive a run and
    keep what they have imported: by value, a changed file also takes effect at once.
    """
    import sys

    from pyspark import cloudpickle
    from pyspark.serializers import CloudPickleSerializer

    before = cloudpickle.list_registry_pickle_by_value()
    original = CloudPickleSerializer.dumps

    def dumps(self: Any, obj: Any) -> bytes:
        for name in module_names():
            cloudpickle.register_pickle_by_value(sys.modules[name])
        return original(self, obj)

    CloudPickleSerializer.dumps = dumps
    try:
        yield
    finally:
        CloudPickleSerializer.dumps = original
        for name in cloudpickle.list_registry_pickle_by_value() - before:
            cloudpickle.unregister_pickle_by_value(sys.modules[name])
