// A document whose title, table and file name are markup: everywhere it is text, and nothing of it runs.
import assert from 'node:assert/strict';

import { check, close, islands, open } from './open.mjs';

const GM = 'PREFIX gm: <https://w3id.org/gangmu/ontology#>\n';
const paths = [
  '/',
  '/documents',
  '/agencies',
  '/tasks',
  '/targets',
  '/matrix',
  '/policies',
  '/tasks?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  '/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  '/search?q=%E5%85%BB%E8%80%81%E6%9C%8D%E5%8A%A1',
  `/sparql?q=${encodeURIComponent(`${GM}SELECT * { ?version gm:sourceName ?file . ?task gm:inVersion ?version ; gm:text ?text }`)}`,
  `/sparql?view=network&q=${encodeURIComponent(`${GM}SELECT ?file ?text { ?version gm:sourceName ?file . ?task gm:inVersion ?version ; gm:text ?text }`)}`,
  `/sparql?q=${encodeURIComponent('</textarea></script><script>alert(1)</script>')}`,
  '/sparql?question=who-cites&words=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E',
];
// What the browser says of a query that is none.
const allowed = [/status of 400/];

/** That the markup of the document is text here. */
async function harmless(page, name) {
  const made = await page.locator('img[src="x"], svg[onload], script:not([src]):not([type="application/json"]), [onerror], [onload]').count();
  assert.equal(made, 0, `${name}: markup of the document is markup of the page`);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined, name);
  page.sound();
}

const links = new Set();
let seen = 0;
for (const prefix of ['', '/en']) {
  for (const path of paths) {
    const page = await open(prefix + path, { allowed });
    await islands(page);
    await harmless(page, prefix + path);
    seen += Number((await page.locator('main').innerText()).includes('<script>'));
    for (const link of await page.locator('main a[href^="/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
      if (/^\/(en\/)?(page|policy)\//.test(link)) links.add(link.split('#')[0]);
    }
    await page.context().close();
  }
}
assert(seen > 4, `the text is shown as it is, on ${seen} pages`);
for (const link of links) {
  const page = await open(link, { allowed });
  await islands(page);
  await harmless(page, link);
  if (link.includes('/work/')) await check(page, link);
  await page.context().close();
}
assert(links.size >= 4, [...links].join());
await close();
console.log(`${paths.length} addresses and ${links.size} pages that they lead to`);
