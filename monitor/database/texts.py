"""Store descriptions and their search documents: each once, however many versions have it.

`find_new_texts` asks what is stored before a transaction that writes, and `store_texts` writes the
rest in it. Nothing deletes a text, so what was stored then still is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, union_all

from monitor.database import search_index
from monitor.database.columns import table
from monitor.database.engine import insert_or_ignore
from monitor.database.json_values import in_json_list, json_list
from monitor.database.pauses import with_pauses
from monitor.database.search_index import Document, Indexed
from monitor.database.tables import Description, SearchText

_DESCRIPTION, _DOCUMENT = table(Description), table(SearchText)
# digests of a text alone and of a title with it are never the same
_STORED = union_all(
    select(_DESCRIPTION.c.digest).where(in_json_list(_DESCRIPTION.c.digest, "texts")),
    select(_DOCUMENT.c.digest).where(in_json_list(_DOCUMENT.c.digest, "documents")),
)


@dataclass(frozen=True, slots=True)
class NewTexts:
    """Texts that are not stored yet. Another process may store some in the meantime."""

    descriptions: Sequence[dict[str, str]] = ()  # rows
    documents: Sequence[Document] = ()

    def __len__(self) -> int:
        return max(len(self.descriptions), len(self.documents))

    def parts(self, size: int) -> Iterator[NewTexts]:
        """Yield parts of that size, in an order in which they can be stored."""
        for start in range(0, len(self.descriptions), size):
            yield NewTexts(descriptions=self.descriptions[start : start + size])
        for start in range(0, len(self.documents), size):
            yield NewTexts(documents=self.documents[start : start + size])


def find_new_texts(connection: Connection, texts: Sequence[Indexed]) -> NewTexts:
    """Return those of the texts that are not stored or not indexed."""
    if not texts:
        return NewTexts()
    descriptions = {digest: text for _, digest, text in texts}
    documents = search_index.rows_of(texts)
    digests = {"texts": json_list(descriptions), "documents": json_list(documents)}
    stored = set(connection.scalars(_STORED, digests))
    return NewTexts(
        [
            {"digest": key, "text": descriptions[key]}
            for key in sorted(descriptions.keys() - stored)
        ],
        [
            search_index.document(connection, *documents[key])
            for key in with_pauses(sorted(documents.keys() - stored))
        ],
    )


def store_texts(connection: Connection, new: NewTexts) -> None:
    """Store new texts."""
    if new.descriptions:
        connection.execute(insert_or_ignore(connection, _DESCRIPTION), new.descriptions)
    search_index.add_documents(connection, new.documents)
