"""Old entries, read back from the log's public files."""

from collections import OrderedDict
from typing import Final

from kya.core.errors import CorruptionError, DistrustError
from kya.tlog.merkle import leaf_hash
from kya.tlog.tile import TILE_WIDTH, Bundle, Tile, width_at
from kya.tlog.tree import Read, read_bundle, read_tile

BUNDLES_MAX: Final = 16
"""Bundles kept in memory: at most 16 MiB each, 300 KiB with entries of usual size."""


class PublishedEntries:
    """Entries by index; the bundles asked for last stay in memory."""

    def __init__(self, read: Read) -> None:
        """Read from the log's public files."""
        self._read = read
        self._bundles: OrderedDict[Bundle, tuple[bytes, ...]] = OrderedDict()

    def entry(self, index: int, size: int) -> bytes:
        """Return an entry of the tree of `size`.

        CorruptionError if its bundle is not what the hash tile beside it says.
        """
        number, place = divmod(index, TILE_WIDTH)
        bundle = Bundle(index=number, width=width_at(size, number))
        entries = self._bundles.get(bundle)
        if entries is None:
            entries = self._checked(bundle)
            self._bundles[bundle] = entries
            if len(self._bundles) > BUNDLES_MAX:
                self._bundles.popitem(last=False)
        self._bundles.move_to_end(bundle)
        return entries[place]

    def _checked(self, bundle: Bundle) -> tuple[bytes, ...]:
        tile = Tile(level=0, index=bundle.index, width=bundle.width)
        try:
            entries = read_bundle(self._read, bundle)
            hashes = read_tile(self._read, tile)
        except DistrustError as error:
            raise CorruptionError(f"log: {error}") from error
        if tuple(map(leaf_hash, entries)) != hashes:
            raise CorruptionError(f"{bundle.path}: entries do not fit the hash tile")
        return entries
