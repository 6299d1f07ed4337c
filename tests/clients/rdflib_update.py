"""What a Python developer with a token does with rdflib: a remote graph that is written as if it were local."""

import sys

from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore

GM = Namespace("https://w3id.org/gangmu/ontology#")
address, token = sys.argv[1:]
name = URIRef("urn:example:notes")


def remote(token):
    return SPARQLUpdateStore(
        query_endpoint=address + "/sparql",
        update_endpoint=address + "/update",
        headers={"Authorization": "Bearer " + token},
        context_aware=True,
    )


graph = Graph(remote(token), identifier=name)
note = URIRef("urn:example:note")
for value in ["一句\"话\"", "two\nlines", "3"]:
    graph.add((note, RDF.value, Literal(value)))
graph.add((note, RDF.type, GM.Task))
assert len(graph) == 4, len(graph)
assert set(graph.objects(note, RDF.value)) == {Literal("一句\"话\""), Literal("two\nlines"), Literal("3")}

graph.set((note, RDF.value, Literal("only")))
assert list(graph.objects(note, RDF.value)) == [Literal("only")]
graph.update("INSERT { ?task rdf:value ?n } WHERE { ?task a gm:Task BIND(1 + 1 AS ?n) }", initNs={"gm": GM, "rdf": RDF})
assert (note, RDF.value, Literal(2)) in graph
graph.remove((note, None, None))
assert len(graph) == 0, len(graph)

try:
    Graph(remote("another"), identifier=name).add((note, RDF.type, GM.Task))
except Exception as refused:
    assert "401" in str(refused), refused
else:
    raise AssertionError("whoever has no token has written")
assert len(graph) == 0
print("rdflib: written and removed")
