"""Retrieval as a user puts it together from the usual parts, each library set up by its own quick start.

Every one embeds with the same model (:class:`index.Embedder`), gets the title and the text of each article, and splits
and ranks by its documented defaults. The libraries are those of the extra ``quality`` in pyproject.toml.
"""

# haystack reads the annotations of its components, which must not be strings
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from index import Embedder

# read by the libraries when they are imported
QUIET_AND_OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "true",
}
os.environ.update(QUIET_AND_OFFLINE)

DEPTH = 10
"""Passages asked for, a question."""

TXTAI_TOKENS, TXTAI_OVERLAP = 256, 32
"""txtai has no splitter of its own without further packages; these are the passages that newsbench's own reference
points were measured with (README of newsbench), which fit MiniLM's window."""


@dataclass(frozen=True, slots=True)
class News:
    """An article of newsbench."""

    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was retrieved: the address of its article and its words, without the title put before them."""

    url: str
    text: str


class Retriever(Protocol):
    """A system that is indexed and can be asked: the :data:`DEPTH` best passages for a question of a day."""

    def __call__(self, question: str, day: date) -> list[Found]: ...


Assembly = Callable[[Sequence[News], Embedder, Path], Retriever]
"""Indexes the articles with the model, in an empty folder where it needs one."""


def llama_index_starter(articles: Sequence[News], embedder: Embedder, folder: Path) -> Retriever:
    """LlamaIndex's VectorStoreIndex over Chroma: sentences packed to 1,024 tokens with an overlap of 200."""
    import chromadb
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    class Embedding(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return embedder.embed_query(query).tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return embedder.embed_documents(texts).tolist()

    client = chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))
    store = ChromaVectorStore(chroma_collection=client.create_collection("news", embedding_function=None))
    index = VectorStoreIndex.from_documents(
        [Document(id_=article.url, text=article.text, metadata={"title": article.title}) for article in articles],
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=Embedding(model_name=embedder.name, embed_batch_size=128),
    )
    retriever = index.as_retriever(similarity_top_k=DEPTH)

    def search(question: str, day: date) -> list[Found]:
        return [Found(hit.node.ref_doc_id, hit.node.get_content()) for hit in retriever.retrieve(question)]

    return search


def txtai_hybrid(articles: Sequence[News], embedder: Embedder, folder: Path) -> Retriever:
    """txtai's Embeddings with ``hybrid=True``: BM25 and vectors in faiss, their normalised scores averaged."""
    from llama_index.core.node_parser import SentenceSplitter
    from txtai import Embeddings

    splitter = SentenceSplitter(chunk_size=TXTAI_TOKENS, chunk_overlap=TXTAI_OVERLAP)
    titles = {article.url: article.title for article in articles}
    passages = [Found(article.url, text) for article in articles for text in splitter.split_text(article.text)]

    def transform(texts: Sequence[str]) -> Any:
        return embedder.embed_documents(list(texts))

    embeddings = Embeddings(hybrid=True, method="external", transform=transform)
    embeddings.index((n, f"{titles[found.url]}\n{found.text}") for n, found in enumerate(passages))

    def search(question: str, day: date) -> list[Found]:
        return [passages[number] for number, _ in embeddings.search(question, DEPTH)]

    return search


def haystack_hybrid(articles: Sequence[News], embedder: Embedder, folder: Path) -> Retriever:
    """Haystack's hybrid retrieval: 200 words a document, BM25 and vectors in memory, reciprocal rank fusion."""
    from haystack import Document, Pipeline, component
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.preprocessors import DocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.components.writers import DocumentWriter
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    @component
    class DocumentEmbedder:
        @component.output_types(documents=list[Document])
        def run(self, documents: list[Document]) -> dict[str, list[Document]]:
            # as haystack's own embedders do with meta_fields_to_embed=["title"]
            vectors = embedder.embed_documents([f"{one.meta['title']}\n{one.content}" for one in documents])
            pairs = zip(documents, vectors, strict=True)
            return {"documents": [replace(document, embedding=vector.tolist()) for document, vector in pairs]}

    @component
    class TextEmbedder:
        @component.output_types(embedding=list[float])
        def run(self, text: str) -> dict[str, list[float]]:
            return {"embedding": embedder.embed_query(text).tolist()}

    store = InMemoryDocumentStore()
    indexing = Pipeline()
    indexing.add_component("splitter", DocumentSplitter())
    indexing.add_component("embedder", DocumentEmbedder())
    indexing.add_component("writer", DocumentWriter(store))
    indexing.connect("splitter", "embedder")
    indexing.connect("embedder", "writer")
    # BM25 reads the content alone: a title that is only metadata would not be found by its words
    documents = [
        Document(content=f"{article.title}\n\n{article.text}", meta={"title": article.title, "url": article.url})
        for article in articles
    ]
    indexing.run({"splitter": {"documents": documents}})

    asking = Pipeline()
    asking.add_component("text_embedder", TextEmbedder())
    asking.add_component("by_vector", InMemoryEmbeddingRetriever(store))
    asking.add_component("by_keyword", InMemoryBM25Retriever(store))
    asking.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH))
    asking.connect("text_embedder", "by_vector")
    asking.connect("by_keyword", "joiner")
    asking.connect("by_vector", "joiner")

    def search(question: str, day: date) -> list[Found]:
        found = asking.run({"text_embedder": {"text": question}, "by_keyword": {"query": question}})
        return [
            Found(one.meta["url"], one.content.removeprefix(f"{one.meta['title']}\n\n"))
            for one in found["joiner"]["documents"]
        ]

    return search


ASSEMBLIES: dict[str, Assembly] = {
    "llama-index starter": llama_index_starter,
    "txtai hybrid": txtai_hybrid,
    "haystack hybrid": haystack_hybrid,
}
