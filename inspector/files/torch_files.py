"""What `torch.save` writes, read without torch: a zip archive since 1.6, pickles and raw values before.

Source of both formats: torch/serialization.py.
"""

from __future__ import annotations

from collections.abc import Callable

from inspector.core.weights.table import Contents
from inspector.errors import WeightsFileError
from inspector.files.gathering import gathered
from inspector.files.pickles import MOST_BYTES, Pickles
from inspector.files.rebuilding import Storage, word_of
from inspector.files.source import Source
from inspector.files.zips import Member, bounds, members
from inspector.outside import shown
from inspector.speech import later, say

ZIP = later("torch's zip archive")
LEGACY = later("torch's format before 1.6")
PICKLE = later("a pickle of numpy arrays")
LEGACY_MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
"""The pickle of a number that a legacy file begins with."""
_PROTOCOL = 1001
_STRANGERS = (
    ("constants.pkl", later("is a TorchScript archive: a program, of which torch.jit.load makes a model")),
    ("serialized_exported_program.json", later("is a program of torch.export, no state_dict")),
    ("archive_format", later("is a program of torch.export, no state_dict")),
    ("model.weights.h5", later("is a model of Keras, whose weights are HDF5; save its PyTorch weights")),
    ("word/document.xml", later("is a document, no file of weights")),
)
"""Other archives, by the end of a member's name."""


def reader(first: bytes) -> Callable[[Source], Contents]:
    """What reads a file that begins as a zip archive or a pickle does."""
    if first.startswith(b"PK"):
        return from_zip
    return from_legacy if first.startswith(LEGACY_MAGIC) else from_pickle


def from_zip(source: Source) -> Contents:
    """What an archive that torch has written since 1.6 holds.

    Raises WeightsFileError, without the file's name, where it is another archive, damaged, or holds no tensors.
    """
    found = members(source)
    top = next(iter(found), "").partition("/")[0]
    for name in found:
        for end, said in _STRANGERS:
            if name == end or name.endswith("/" + end):
                raise WeightsFileError(say(said))
    pickle = found.get(f"{top}/data.pkl")
    if pickle is None:
        raise WeightsFileError(_no_pickle(found))
    if pickle.size > MOST_BYTES:
        raise WeightsFileError(say("its pickle has {n} bytes, more than {most}", n=pickle.size, most=MOST_BYTES))
    pickles = Pickles(source, *bounds(source, pickle))
    root = pickles.read()
    for storage in pickles.storages.by_key.values():
        _check_member(found.get(f"{top}/data/{storage.key}"), storage)
    return gathered(ZIP, root, pickles.wanted)


def from_legacy(source: Source) -> Contents:
    """What torch wrote before 1.6, and writes where it is asked to: five pickles, then each storage's values.

    Raises WeightsFileError, without the file's name, where it is damaged or holds no tensors.
    """
    pickles = Pickles(source, 0, source.size)
    pickles.read()
    if pickles.read() != _PROTOCOL:
        raise WeightsFileError(say("it has a protocol that torch never had"))
    pickles.read()
    root = pickles.read()
    keys = pickles.read()
    _check_storages(source, pickles, keys if isinstance(keys, list) else [])
    return gathered(LEGACY, root, pickles.wanted)


def from_pickle(source: Source) -> Contents:
    """What a pickle that torch has not written holds: arrays of numpy, as Detectron's model zoo has them."""
    pickles = Pickles(source, 0, source.size)
    return gathered(PICKLE, pickles.read(), pickles.wanted)


def _no_pickle(found: dict[str, Member]) -> str:
    if found and all(name.endswith(".npy") for name in found):
        return say("is an archive of numpy arrays (.npz), no file of weights that is read")
    return say("is a zip archive, but none of torch: data.pkl is not in it")


def _check_member(member: Member | None, storage: Storage) -> None:
    """That a storage's values are in the archive, and as many as it says."""
    if member is None:
        raise WeightsFileError(say("the values of storage {key} are missing", key=shown(storage.key)))
    if not member.is_stored:
        raise WeightsFileError(say("{name} is compressed, which torch never does", name=shown(member.name)))
    if member.size < storage.nbytes:
        raise _short(storage, member.size)


def _check_storages(source: Source, pickles: Pickles, keys: list[object]) -> None:
    """That the values of all storages follow the pickles: a count of 8 bytes before each."""
    at = pickles.stream.place
    left = dict(pickles.storages.by_key)
    for key in keys:
        word = word_of(key)
        storage = left.pop(word, None)
        if storage is None:
            raise WeightsFileError(say("it lists a storage, {key}, that no tensor lies in", key=shown(word)))
        count = int.from_bytes(source.at(at, 8), "little")
        if count != storage.elements:
            said = say(
                "storage {key} has {n} elements, where the pickle says {most}",
                key=shown(word),
                n=count,
                most=storage.elements,
            )
            raise WeightsFileError(said)
        at += 8 + storage.nbytes
        if at > source.size:
            raise WeightsFileError(say("ends in the middle of its values: it was cut off"))
    if left:
        raise WeightsFileError(say("the values of storage {key} are missing", key=shown(next(iter(left)))))


def _short(storage: Storage, size: int) -> WeightsFileError:
    said = say("storage {key} takes {n} bytes, but has {size}", key=shown(storage.key), n=storage.nbytes, size=size)
    return WeightsFileError(said)
