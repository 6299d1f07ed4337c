# A body has its name as printed for a label; only one that is known has a full official name (skos:prefLabel).
PREFIX gm: <https://w3id.org/gangmu/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

INSERT { GRAPH ?graph { ?body rdfs:label ?name } }
WHERE {
  GRAPH ?graph { ?body a gm:Agency ; skos:prefLabel ?name }
  FILTER NOT EXISTS { GRAPH ?any { ?body rdfs:label ?label } }
} ;

DELETE { GRAPH ?graph { ?body skos:prefLabel ?name } }
INSERT { GRAPH ?graph { ?body skos:altLabel ?name } }
WHERE { GRAPH ?graph { ?body a gm:UnresolvedAgency ; skos:prefLabel ?name } }
