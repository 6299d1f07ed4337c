"""What a Python developer does with SPARQLWrapper: every query form, every result format, GET and POST."""

import sys
from xml.dom.minidom import Document

from rdflib import Graph
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

GM = "PREFIX gm: <https://w3id.org/gangmu/ontology#>\n"
LEADS = GM + "SELECT ?agency (COUNT(?task) AS ?n) { ?task gm:leadAgency ?agency } GROUP BY ?agency ORDER BY DESC(?n) ?agency"


def client(query, form, method=GET, request=URLENCODED):
    wrapper = SPARQLWrapper(sys.argv[1] + "/sparql", agent="gangmu-tests")
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request)
    return wrapper


rows = client(LEADS, JSON).queryAndConvert()["results"]["bindings"]
assert len(rows) > 5 and int(rows[0]["n"]["value"]) > 1, rows
for method, request in [(POST, URLENCODED), (POST, POSTDIRECTLY)]:
    again = client(LEADS, JSON, method, request).queryAndConvert()["results"]["bindings"]
    assert again == rows, (method, request)

document = client(LEADS, XML).queryAndConvert()
assert isinstance(document, Document) and len(document.getElementsByTagName("result")) == len(rows)
for form in [CSV, TSV]:
    lines = client(LEADS, form).queryAndConvert().decode().strip().splitlines()
    assert len(lines) == len(rows) + 1, lines

assert client(GM + "ASK { ?v a gm:Version }", JSON).queryAndConvert()["boolean"] is True

construct = GM + "CONSTRUCT { ?task gm:leadAgency ?agency } WHERE { ?task gm:leadAgency ?agency }"
sizes = set()
for form in [TURTLE, N3, RDFXML, JSONLD]:
    answer = client(construct, form).queryAndConvert()
    graph = answer if isinstance(answer, Graph) else Graph().parse(data=answer, format="turtle")
    sizes.add(len(graph))
assert sizes == {sum(int(row["n"]["value"]) for row in rows)}, sizes

agency = rows[0]["agency"]["value"]
described = client(f"DESCRIBE <{agency}>", TURTLE).queryAndConvert()
assert len(Graph().parse(data=described, format="turtle")) > 1

try:
    client("SELECT oops", JSON).query()
except QueryBadFormed:
    pass
else:
    raise AssertionError("a wrong query was answered")
print("SPARQLWrapper:", len(rows), "agencies")
