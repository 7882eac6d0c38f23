"""A small good book to spoil: file texts out as a folder."""

from __future__ import annotations

from pathlib import Path

GOOD = {
    "participants.csv": (
        "participant_id,name,lei,country,balance,credit_limit,balance_cap,memo\n"
        "DESK-A,Alpha,,NL,-5,100.5,,first\n"
        "DESK-B,Beta,,BR,0,50,1000,\n"
        "DESK-C,Gamma,,,,,,\n"
    ),
    "assets.csv": (
        "asset_id,name,unit,increment,class,hs_code,location,window\n"
        "COPPER,Copper,TNE,0.001,goods,7403,NLRTM,2026-03\n"
        "WHEAT,Wheat,TNE,0.010,,1001,,\n"
        "HOURS,Machine hours,HUR,0.25,capacity,,,\n"
        "SLOT,A slot,C62,1,internal,,,\n"
    ),
    "fixing.csv": "asset_id,value\nCOPPER,950\nWHEAT,25.5\nHOURS,4\nSLOT,1\n",
    "stocks.csv": "stock_id,participant_id,asset_id,quantity\nS-1,DESK-A,COPPER,10\n",
    "offers.csv": (
        "offer_id,participant_id,deliver_asset,deliver_quantity,receive_assets,limit_bps,receive_max,"
        "stock_id,min_fill,all_or_none,lot,max_ring,allow,deny,expires_at,memo\n"
        "O-1,DESK-A,COPPER,1.5,WHEAT|HOURS,-5|10.25,100,S-1,,,,,,,,\n"
        "O-2,DESK-B,WHEAT,60,COPPER,,,,,,,,,,,\n"
        "O-3,DESK-C,HOURS,12.75,INDEX,-0.5,1.000001,,,,,,,,,note\n"
    ),
    "obligations.csv": (
        "obligation_id,debtor_id,creditor_id,amount,due_date,reference\n"
        "D-1,DESK-A,DESK-B,12.5,2026-02-28,INV 1\n"
        "D-2,DESK-B,DESK-C,3,,\n"
    ),
}


def write_book(folder: Path, **changed: str | bytes | None) -> Path:
    """The good book with files replaced (``offers=...``), or left out when None; bytes are written as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    texts: dict[str, str | bytes | None] = {**GOOD, **{_file(name): text for name, text in changed.items()}}
    for file, text in texts.items():
        if text is not None:
            (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return folder


def with_cell(file: str, row: int, column: str, cell: str) -> str:
    """The good file with one cell replaced; rows count from 1 with the header as row 1."""
    lines = GOOD[file].splitlines()
    cells = lines[row - 1].split(",")
    cells[lines[0].split(",").index(column)] = cell
    lines[row - 1] = ",".join(cells)
    return "\n".join(lines) + "\n"


def _file(name: str) -> str:
    return f"{name}.toml" if name == "rulebook" else f"{name}.csv"
