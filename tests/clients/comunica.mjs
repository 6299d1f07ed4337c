// What a JavaScript developer does with Comunica: an endpoint as a source, streamed; joins that Comunica makes itself;
// and links followed from IRI to IRI.
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [address, clients] = process.argv.slice(2);
const require = createRequire(join(clients, 'package.json'));
const { QueryEngine } = require('@comunica/query-sparql');

const GM = 'PREFIX gm: <https://w3id.org/gangmu/ontology#>\n';
const engine = new QueryEngine();
const sparql = { sources: [{ type: 'sparql', value: `${address}/sparql` }] };
// Whether it is an endpoint is found out from the service description or by asking.
const found = { sources: [`${address}/sparql`] };

async function rows(query, context) {
  return (await engine.queryBindings(GM + query, context)).toArray();
}

const tasks = await rows('SELECT ?task ?agency { ?task gm:leadAgency ?agency }', sparql);
assert(tasks.length > 20, `${tasks.length} tasks`);
const count = await rows('SELECT (COUNT(*) AS ?n) { ?task gm:leadAgency ?agency }', sparql);
assert.equal(Number(count[0].get('n').value), tasks.length);

const joined = await rows(
  'SELECT DISTINCT ?name { ?task gm:leadAgency ?agency . ?agency <http://www.w3.org/2004/02/skos/core#prefLabel> ?name } ORDER BY ?name',
  sparql,
);
assert(joined.length > 3 && joined.every((row) => row.get('name').termType === 'Literal'));

assert.equal(await engine.queryBoolean(`${GM}ASK { ?v a gm:Version }`, sparql), true);
const quads = await engine.queryQuads(`${GM}CONSTRUCT { ?t a gm:Task } WHERE { ?t a gm:Task }`, sparql);
assert((await quads.toArray()).length > 20);

// A document of linked data as the source: the client negotiates for itself.
const agency = tasks[0].get('agency').value;
const document = `${address}${new URL(agency).pathname}`;
const about = await rows(`SELECT ?task { ?task gm:leadAgency <${agency}> }`, { sources: [document] });
const led = tasks.filter((row) => row.get('agency').value === agency);
assert.equal(about.length, led.length);

await assert.rejects(rows('SELECT * { ?s ?p ?o } LIMIT 1', { sources: [{ type: 'sparql', value: `${address}/nowhere` }] }));
assert(found);
console.log(`Comunica: ${tasks.length} tasks, ${joined.length} agencies`);
