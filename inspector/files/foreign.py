"""What a file is that is no file of weights, or one of another kind: by its first bytes."""

from __future__ import annotations

from inspector.speech import later

_BEGINNINGS = (
    (
        0,
        b"\x89HDF\r\n\x1a\n",
        later("is HDF5, as Keras has it, which is not read; save PyTorch weights or safetensors"),
    ),
    (0, b"GGUF", later("is GGUF, a format of language models, which has no ResNet")),
    (4, b"TFL3", later("is a model of TensorFlow Lite, which is not read")),
    (0, b"\x93NUMPY", later("is one array of numpy (.npy), no mapping of tensors")),
    (0, b"version https://git-lfs", later("is a pointer of Git LFS, not the file itself: run git lfs pull")),
    (0, b"\x1f\x8b", later("is compressed with gzip: unpack it first")),
    (0, b"\xfd7zXZ", later("is compressed with xz: unpack it first")),
    (0, b"BZh", later("is compressed with bzip2: unpack it first")),
    (0, b"\x28\xb5\x2f\xfd", later("is compressed with zstd: unpack it first")),
    (0, b"7z\xbc\xaf", later("is a 7-Zip archive: unpack it first")),
    (0, b"Rar!", later("is a RAR archive: unpack it first")),
    (0, b"MATLAB 5.0", later("is a MATLAB file, which is not read")),
    (0, b"%PDF", later("is a PDF document, no file of weights")),
    (0, b"\x89PNG", later("is a picture, no file of weights")),
    (0, b"\xff\xd8\xff", later("is a picture, no file of weights")),
    (
        257,
        b"ustar",
        later("is a tar archive: torch before 0.1.10 saved so, and torch.load of that time alone reads it"),
    ),
    (0, b"PK\x05\x06", later("is an empty zip archive")),
    (0, b"\x7fELF", later("is a program, no file of weights")),
)
"""Where the bytes stand, which, and what is said of the file."""
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<script")
_ENDINGS = {
    ".onnx": later("is a model in ONNX, which is not read; save the PyTorch model's state_dict"),
    ".caffemodel": later("is a model of Caffe, which is not read; convert it to PyTorch's names first"),
    ".prototxt": later("describes a network of Caffe, without its weights"),
    ".pb": later("is a graph of TensorFlow, which is not read"),
    ".index": later("belongs to a checkpoint of TensorFlow, which is not read"),
    ".meta": later("belongs to a checkpoint of TensorFlow, which is not read"),
    ".params": later("holds parameters of MXNet, which are not read"),
    ".pdparams": later("holds parameters of PaddlePaddle, which are not read"),
    ".npz": later("is an archive of numpy arrays (.npz), which is not read"),
}
"""Formats that begin with nothing of their own, by the ending of the file's name."""
_PAGE = later("is a web page, not the file: the download went wrong")
_TEXT_PICKLE = later("is a pickle of protocol 0 or 1, which is not read")
NOTHING = later("is no file of weights: neither safetensors nor what torch.save writes")


def what_else(first: bytes, name: str) -> str:
    """What a file is that begins with these bytes (300 are enough) and has this name, to be said with `say`."""
    for at, beginning, said in _BEGINNINGS:
        if first[at : at + len(beginning)] == beginning:
            return said
    if first.lstrip()[:16].lower().startswith(_PAGES):
        return _PAGE
    if first.startswith((b"(dp", b"(lp", b"ccopy_reg\n", b"ccollections\n", b"}q", b"(d.")):
        return _TEXT_PICKLE
    ending = next((ending for ending in _ENDINGS if name.lower().endswith(ending)), "")
    return _ENDINGS.get(ending, NOTHING)
