"""Near: the proof of a relaxation by offer -> which offers it decides, so that few are left to an integer program.

At the proof's potentials every offer gains or loses by trading. Those that gain or lose most are taken to do what is
best for them; the others stay open, as many as an integer program settles soon.

Example (two open): at the potentials A gains 90, B 10 and C 2, and D loses 70. A trades, D does not, B and C are open.
"""

from __future__ import annotations

from clearing.engine.search.by_offer import gains
from clearing.engine.search.component import Bounds, Component
from clearing.engine.search.program import Stage
from clearing.engine.search.proof import margins
from clearing.model.proof import Leaf

OPEN_MAX = 600


def decided(component: Component, stage: Stage, leaf: Leaf) -> Bounds:
    """Bounds of the offers that are decided; none where all may stay open, or where the proof is by rents."""
    stepped = [offer for offer, is_stepped in component.stepped.items() if is_stepped]
    if not leaf.by_offer or len(stepped) <= OPEN_MAX:
        return {}
    gain = {offer: most for offer, _, most in gains(component, {}, margins(component, stage, leaf))}
    stepped.sort(key=lambda offer: (-abs(gain.get(offer, 0)), offer))
    asks, ids = component.rows.asks, component.rows.book.offers.id
    bounds = {}
    for offer in stepped[:-OPEN_MAX]:
        name = f"offer:{ids[offer]}"
        trades = gain.get(offer, 0) > 0
        bounds[name] = (asks.least_micro(offer), component.capacity[name]) if trades else (0, 0)
    return bounds
