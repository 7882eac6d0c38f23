"""What a bundle is called and holds by name: read where nothing of it is computed."""

from __future__ import annotations

BUNDLE_FORMAT = "clearing-bundle/1"
MANIFEST = "manifest.json"
REPORT = "report.html"
UNSEALED_KEYS = ("digest", "made_by", "signature")
"""Keys of the manifest that its digest does not cover."""
