// An analyst: from a list that is narrowed down to the query that makes it, its chart, and the link to keep.
import assert from 'node:assert/strict';

import { check, close, islands, open } from './open.mjs';

const page = await open('/tasks');
const shown = async () => Number(/(\d+)/.exec((await page.locator('.count').first().innerText()).replaceAll(',', ''))[1]);
const all = await shown();
const choices = page.locator('.facets a').filter({ has: page.locator('.n') });
const counts = (await choices.locator('.n').allTextContents()).map(Number);
const choice = counts.findIndex((count) => count > 2 && count < all);
assert(choice >= 0, counts.join());
const fold = page.locator('.facets summary').first();
if (!(await choices.nth(choice).isVisible()) && (await fold.isVisible())) await fold.click();
await choices.nth(choice).click();
const narrowed = await shown();
assert.equal(narrowed, counts[choice], 'the facet says how many there will be');
await check(page, 'the tasks, narrowed');

await page.getByRole('link', { name: /SPARQL/ }).first().click();
await islands(page);
const status = page.locator('.answer-place [role=status]', { hasText: '结果完整' }).first();
await status.waitFor();
const rows = Number(/共 ([\d,]+) 行/.exec(await status.textContent())[1].replaceAll(',', ''));
assert.equal(rows, narrowed, 'the query gives what the list shows');
await check(page, 'the query of the list');

// Another question on the same page, drawn.
await page.locator('.CodeMirror').click();
await page.keyboard.press('Control+a');
await page.keyboard.insertText(
  `PREFIX gm: <https://w3id.org/gangmu/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?agency (COUNT(DISTINCT ?task) AS ?led)
WHERE { ?task gm:leadAgency/skos:prefLabel ?agency }
GROUP BY ?agency ORDER BY DESC(?led) LIMIT 10`,
);
await page.keyboard.press('Control+Enter');
await page.locator('table.answer').waitFor();
await page.getByRole('button', { name: '图表' }).click();
await page.locator('.answer-place canvas').first().waitFor();
await page.getByRole('button', { name: '复制链接' }).click();
const kept = await page.evaluate(() => navigator.clipboard.readText());
await page.context().close();

const again = await open(kept.slice(new URL(kept).origin.length));
await again.locator('.answer-place canvas').first().waitFor();
await again.getByText('共 10 行，结果完整').waitFor();
await check(again, 'the chart, by its link');
await close();
