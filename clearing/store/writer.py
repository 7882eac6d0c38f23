"""A transaction that writes and drafts in, events of the journal with everything that they change out."""

from __future__ import annotations

from sqlalchemy import Connection

from clearing.house.journal_event import GENESIS, bind_all, chained, event_bytes, event_of
from clearing.house.log_tree import grown
from clearing.house.project import changes
from clearing.model.house import Draft, Entered
from clearing.store.bulk import apply
from clearing.store.payload import parts
from clearing.store.reader import Reader
from clearing.store.tables import HELD_SECRETS, JOURNAL, PAYLOAD, TREE


class Writer(Reader):
    """Reads and appends; what it reads is what was there when its transaction began, and what it appended."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._at_hand: dict[tuple[int, str], bytes] = {}
        """Lists of the event that is being entered: of a million lines it would take a second to read them back."""

    def append(self, draft: Draft, *, at: str, actor: str) -> Entered:
        """Enter an event: its bytes into the chain and the tree, its payload, its changes of the projections."""
        head = self.head()
        seq, before = (1, GENESIS) if head is None else (head.seq + 1, head.hash)
        event = event_bytes(draft, bind_all(draft), seq=seq, at=at, actor=actor)
        entered = Entered(seq, event, chained(before, event))
        self.connection.execute(JOURNAL.insert(), {"seq": seq, "event": event, "hash": entered.hash})
        for name, content in sorted(draft.lists.items()):
            rows = [
                {"seq": seq, "name": name, "part": part, "content": kept} for part, kept in enumerate(parts(content))
            ]
            if rows:
                self.connection.execute(PAYLOAD.insert(), rows)
        nodes = grown(event, seq, self.node)
        made = [{"level": level, "place": place, "hash": root} for level, place, root in nodes]
        self.connection.execute(TREE.insert(), made)
        self._at_hand = {(seq, name): content for name, content in draft.lists.items()}
        self.project(entered)
        self._at_hand = {}
        return entered

    def content(self, seq: int, name: str) -> bytes:
        """A list of the payload of an event."""
        return self._at_hand.get((seq, name)) or super().content(seq, name)

    def project(self, entered: Entered) -> None:
        """Apply the changes of an event to the projections."""
        for change in changes(event_of(entered), self):
            apply(self.connection, change)

    def hold_secret(self, session_id: str, secret: bytes) -> None:
        """Keep the secret of a session until it closes."""
        self.connection.execute(HELD_SECRETS.insert(), {"session_id": session_id, "secret": secret})

    def drop_secret(self, session_id: str) -> None:
        """Forget it: the journal tells it now."""
        self.connection.execute(HELD_SECRETS.delete().where(HELD_SECRETS.c.session_id == session_id))
