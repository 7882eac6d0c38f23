"""Proofs of searched components as objects of the certificate, and back; integers are texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clearing.model.proof import Branch, ComponentProof, Leaf, Proof, ProvenStage


def component_object(proof: ComponentProof) -> Mapping[str, Any]:
    """A component with its stages."""
    stages = [_stage_object(stage) for stage in proof.stages]
    return {"component": proof.component, "offers": proof.offers, "stages": stages, "tier": proof.tier}


def component_of(written: Mapping[str, Any]) -> ComponentProof:
    """The inverse of ``component_object``. Raises KeyError, TypeError or ValueError where it is none."""
    stages = [
        ProvenStage(stage["objective"], int(stage["value"]), int(stage["bound"]), _proof_of(stage["proof"]))
        for stage in written["stages"]
    ]
    return ComponentProof(written["component"], written["tier"], int(written["offers"]), stages)


def _stage_object(stage: ProvenStage) -> Mapping[str, Any]:
    return {
        "bound": str(stage.bound),
        "gap": str(stage.value - stage.bound),
        "objective": stage.objective,
        "proof": _proof_object(stage.proof),
        "value": str(stage.value),
    }


def _proof_object(proof: Proof) -> Mapping[str, Any]:
    if isinstance(proof, Branch):
        kind, name = proof.group.split(":", 1)
        return {
            "above": str(proof.above),
            "at": str(proof.at),
            "high": _proof_object(proof.high),
            "low": _proof_object(proof.low),
            "offer" if kind == "offer" else "row": name,
        }
    leaf: dict[str, Any] = {
        "multipliers": [str(each) for each in proof.multipliers],
        "rents": _texts(proof.rents),
        "scale": str(proof.scale),
    }
    if proof.served:
        leaf["served"] = _texts(proof.served)
    if proof.potentials:
        leaf["potentials"] = _texts(proof.potentials)
    if proof.by_offer:
        leaf["by_offer"] = True
    if proof.opened:
        leaf["opened"] = list(proof.opened)
    return leaf


def _proof_of(written: Mapping[str, Any]) -> Proof:
    if "low" in written:
        group = f"offer:{written['offer']}" if "offer" in written else f"take:{written['row']}"
        at, above = int(written["at"]), int(written["above"])
        return Branch(group, at, above, _proof_of(written["low"]), _proof_of(written["high"]))
    multipliers = [int(each) for each in written["multipliers"]]
    served, rents, potentials = (_numbers(written.get(name, {})) for name in ("served", "rents", "potentials"))
    by_offer, opened = written.get("by_offer") is True, tuple(str(name) for name in written.get("opened", ()))
    return Leaf(int(written["scale"]), multipliers, served, rents, potentials, by_offer, opened)


def _texts(amounts: Mapping[str, int]) -> Mapping[str, str]:
    return {name: str(amount) for name, amount in sorted(amounts.items())}


def _numbers(amounts: Mapping[str, str]) -> Mapping[str, int]:
    return {name: int(amount) for name, amount in amounts.items()}
