"""A barter-trade clearing engine: multilateral netting at the proven, unique optimum.

    from clearing import clear, read_book

    result = clear(read_book("book"))
    print(result.summary())

Importing the package loads nothing else, so that ``python -m clearing.audit.verify`` runs
in an interpreter that has only the standard library. The names above load when they are asked for.
"""

__version__ = "0.2.0"
__all__ = [
    "AssetPremium",
    "BookAndTerms",
    "BookFault",
    "Cleared",
    "OfferFill",
    "OperatingFault",
    "Received",
    "__version__",
    "clear",
    "open_session",
    "read_book",
]

# Type checkers take this name for typing's own, which would be one more module to load.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from clearing.doors.quick_start import (
        AssetPremium,
        BookAndTerms,
        BookFault,
        Cleared,
        OfferFill,
        OperatingFault,
        Received,
        clear,
        open_session,
        read_book,
    )
else:

    def __getattr__(name: str) -> object:
        """A name of the quick start, loaded when it is first asked for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from clearing.doors import quick_start

        return getattr(quick_start, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
