"""A seed comes in, a pool of swaps of any size goes out: the same seed and sizes, the same pool.

    python -m benchmarks.pools.pool_generator --pairs 1024 --altruists 51 --seed 1 POOL.wmd

After Saidman and others, "Increasing the opportunity of live kidney donation by matching for two- and three-way
exchanges" (Transplantation 81, 2006). Patients and donors have a blood group by the frequencies of the population of
the United States; a patient is sensitised to few, some or most donors, and the crossmatch fails with that chance; a
donor may be the spouse of the patient, and a wife is more sensitised to her husband. Couples whose donor can give to
their own patient leave; whoever remains is a pair of the pool. A donor may give to the patient of any other pair
who has a fitting blood group, unless the crossmatch of the two fails. An altruist is a donor without a patient.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.pools.pool import Pool, write_wmd

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

NEEDS_A, NEEDS_B = 1, 2
GROUPS = (0, NEEDS_A, NEEDS_B, NEEDS_A | NEEDS_B)
"""O, A, B and AB by the antigens that they have: a donor may have none that the patient has not."""
GROUP_CHANCE = (0.4814, 0.3373, 0.1428, 0.0385)
SENSITISED = (0.05, 0.45, 0.90)
"""Chance that a crossmatch fails, for patients who are sensitised a little, some and much."""
SENSITISED_CHANCE = (0.7019, 0.2000, 0.0981)
FEMALE_CHANCE = 0.4090
SPOUSE_CHANCE = 0.4897
WIFE_ACCEPTS = 0.75
"""What a wife's chance of accepting her husband's kidney is multiplied by."""
COUPLES_AT_ONCE = 1_024


@dataclass(frozen=True, slots=True)
class People:
    """Couples of a donor and a patient, a row each."""

    donor: IntArray
    patient: IntArray
    fails: FloatArray


def generate_pool(pairs: int, altruists: int, *, seed: int) -> Pool:
    """A pool that nothing but the sizes and the seed decide."""
    chance = np.random.Generator(np.random.PCG64(seed))
    people = _incompatible(pairs, chance)
    donor = np.concatenate((people.donor, chance.choice(GROUPS, altruists, p=GROUP_CHANCE).astype(np.int64)))
    gives = _fits(donor[:, None], people.patient[None, :])
    gives &= chance.random(gives.shape) >= people.fails[None, :]
    np.fill_diagonal(gives[:pairs], False)
    giver, receiver = np.nonzero(gives)
    return Pool(pairs, altruists, tuple(zip(giver.tolist(), receiver.tolist(), strict=True)))


def _incompatible(pairs: int, chance: np.random.Generator) -> People:
    """The first ``pairs`` couples who cannot give to each other directly."""
    found: list[People] = []
    while sum(len(people.donor) for people in found) < pairs:
        people, direct = _couples(COUPLES_AT_ONCE, chance)
        found.append(People(people.donor[~direct], people.patient[~direct], people.fails[~direct]))
    columns = ("donor", "patient", "fails")
    return People(*(np.concatenate([getattr(people, each) for people in found])[:pairs] for each in columns))


def _couples(count: int, chance: np.random.Generator) -> tuple[People, BoolArray]:
    """Couples, and which of them have no need of a pool."""
    donor = chance.choice(GROUPS, count, p=GROUP_CHANCE).astype(np.int64)
    patient = chance.choice(GROUPS, count, p=GROUP_CHANCE).astype(np.int64)
    fails = chance.choice(SENSITISED, count, p=SENSITISED_CHANCE)
    wife = (chance.random(count) < FEMALE_CHANCE) & (chance.random(count) < SPOUSE_CHANCE)
    fails_at_home = np.where(wife, 1 - WIFE_ACCEPTS * (1 - fails), fails)
    direct = _fits(donor, patient) & (chance.random(count) >= fails_at_home)
    return People(donor, patient, fails), direct


def _fits(donor: IntArray, patient: IntArray) -> BoolArray:
    fits: BoolArray = (donor & ~patient) == 0
    return fits


def main() -> None:
    """Write the pool that the arguments name."""
    parser = argparse.ArgumentParser(description="Write a seeded pool of swaps.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs", type=int, required=True)
    parser.add_argument("--altruists", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write_wmd(generate_pool(asked.pairs, asked.altruists, seed=asked.seed), asked.out)


if __name__ == "__main__":
    main()
