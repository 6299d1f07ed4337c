"""What a Python developer does with rdflib: a remote graph through SPARQLStore, and linked data by its IRI."""

import sys
from urllib.parse import quote, urlsplit

from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

GM = Namespace("https://w3id.org/gangmu/ontology#")
address = sys.argv[1]

for method in ["GET", "POST", "POST_FORM"]:
    graph = Graph(SPARQLStore(address + "/sparql", method=method))
    tasks = list(graph.subjects(RDF.type, GM.Task))
    assert len(tasks) > 20, (method, len(tasks))

task, agency = next(graph.subject_objects(GM.leadAgency))
assert (task, GM.leadAgency, agency) in graph
assert (task, GM.leadAgency, task) not in graph
text = graph.value(task, GM.text)
assert text and len(text) > 3
assert len(graph) > 1000

# Bindings given from outside, and a literal that must be escaped.
query = "SELECT ?other { ?other gm:leadAgency ?agency }"
led = list(graph.query(query, initNs={"gm": GM}, initBindings={"agency": agency}))
assert (task,) in [tuple(row) for row in led]
assert task in set(graph.subjects(GM.text, text))

# One named graph, which holds what one version says.
version = next(graph.subjects(RDF.type, GM.Version))
named = [row.g for row in graph.query("SELECT ?g { GRAPH ?g { ?v a <%s> } FILTER(?v = <%s>) }" % (GM.Version, version))]
part = Graph(SPARQLStore(address + "/sparql"), identifier=named[0])
assert 0 < len(part) < len(graph), (len(part), len(graph))

# Linked data: the IRI of the agency leads to triples about it. The store names the host it will be served from.
path = quote(urlsplit(agency).path)
for kind in ["turtle", "xml", "nt", "json-ld"]:
    about = Graph().parse(address + path, format=kind)
    assert (task, GM.leadAgency, URIRef(agency)) in about, kind
print("rdflib:", len(graph), "triples")
