"""A bundle comes in, its manifest goes out, good enough to be named by another session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

from clearing.audit.bundle_form import BUNDLE_FORMAT, MANIFEST, UNSEALED_KEYS
from clearing.audit.canonical import canonical
from clearing.doors.bundle_folder import BundleFolder
from clearing.model.errors import InputFault


def stored_manifest(bundle: BundleFolder) -> Mapping[str, object]:
    """The manifest as an object; raises InputFault where it is none of a bundle."""
    try:
        manifest = json.loads(bundle.read(MANIFEST))
    except (ValueError, RecursionError) as error:
        raise InputFault(f"{MANIFEST} is no JSON text") from error
    if not isinstance(manifest, dict) or manifest.get("format") != BUNDLE_FORMAT:
        raise InputFault(f"{MANIFEST} has another format than {BUNDLE_FORMAT}")
    return manifest


def sealed_manifest(bundle: BundleFolder) -> Mapping[str, object]:
    """The manifest as an object; raises InputFault unless it has the digest that it states."""
    manifest = stored_manifest(bundle)
    sealed = {name: value for name, value in manifest.items() if name not in UNSEALED_KEYS}
    digest = sha256(canonical(sealed).encode("utf-8", "surrogatepass")).hexdigest()
    if manifest.get("digest") != digest:
        raise InputFault(f"{MANIFEST} does not have the digest that it states")
    return manifest


def stored_digest(bundle: BundleFolder) -> str:
    """The digest of a bundle; raises InputFault unless it is that of its manifest."""
    return str(sealed_manifest(bundle)["digest"])
