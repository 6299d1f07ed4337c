// Who writes queries: a question filled in, terms completed, answers as table, chart and network, links that keep it all,
// and plain words where there is no answer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { check, close, islands, open } from './open.mjs';

const GM = 'PREFIX gm: <https://w3id.org/gangmu/ontology#>\n';
const at = (query, more = '') => `/sparql?q=${encodeURIComponent(GM + query)}${more}`;
const status = (page, words) => page.locator('.answer-place [role=status]', { hasText: words }).first().waitFor();

// A question of the library, with other values.
let page = await open('/sparql');
await islands(page);
await page.getByRole('link', { name: '由甲牵头、乙配合的任务有哪些？' }).click();
await islands(page);
const offered = await page.locator('datalist').first().locator('option').evaluateAll((all) => all.map((one) => one.value));
assert(offered.includes('青澜市住房和城乡建设局'), offered.join());
await page.getByLabel('牵头机构').fill('青澜市住房和城乡建设局');
await page.getByRole('button', { name: '填入' }).click();
await islands(page);
await status(page, '共 2 行，结果完整');
await page.getByRole('cell', { name: '城区雨污分流改造工程' }).waitFor();
await check(page, 'a question with its answer');

// Downloads are the endpoint's own answers.
for (const [name, begins] of [['CSV', 'title,number,what,task'], ['JSON', '{"head"'], ['Excel', 'PK']]) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
  assert(readFileSync(await download.path(), 'latin1').startsWith(begins), name);
}

// Written by hand, with completion by Chinese label; the prefix comes along.
await page.locator('.CodeMirror').click();
await page.keyboard.press('Control+a');
await page.keyboard.type('SELECT ?a (COUNT(*) AS ?n) { ?t 牵头机');
await page.locator('.CodeMirror-hint', { hasText: 'gm:leadAgency' }).first().waitFor();
await page.keyboard.press('Enter');
await page.keyboard.type(' ?a } GROUP BY ?a ORDER BY DESC(?n)');
await page.keyboard.press('Control+Enter');
await status(page, '结果完整');
const rows = await page.locator('table.answer tbody tr').count();
assert(rows > 10, `${rows} rows`);
// An agency of the store inside quotation marks.
await page.keyboard.press('Control+End');
await page.keyboard.type(' # "青澜市民');
await page.locator('.CodeMirror-hint', { hasText: '青澜市民政局' }).first().waitFor();
await page.keyboard.press('Escape');
page.sound();

// Sorted by a column, as a chart, as a network; each view is in the address.
await page.getByRole('button', { name: 'n', exact: true }).click();
assert.equal(await page.locator('table.answer tbody tr td.n').first().textContent(), '1');
await page.getByRole('button', { name: '图表' }).click();
await page.locator('.answer-place canvas').first().waitFor();
assert.equal(new URL(page.url()).searchParams.get('view'), 'chart');
await check(page, 'a chart');
const kept = page.url().slice(new URL(page.url()).origin.length);
await page.context().close();
page = await open(kept, { width: 360, height: 740, dark: true });
await page.locator('.answer-place canvas').first().waitFor();
await check(page, 'the same chart by its address, on a phone');
await page.context().close();

page = await open(at('CONSTRUCT { ?t gm:leadAgency ?a } WHERE { ?t gm:leadAgency ?a }', '&view=network'));
await page.locator('.answer-place canvas').first().waitFor();
await page.getByRole('button', { name: 'Turtle' }).waitFor();
await check(page, 'a network');
await page.context().close();

// No answer: which pattern, which limit, which mistake.
page = await open(at('SELECT * { ?t a gm:Task ; gm:leadAgency ?a ; gm:never ?n }'));
await status(page, '共 0 行');
await page.locator('.reasons pre', { hasText: '?t gm:never ?n .' }).waitFor();
await check(page, 'an empty answer');
await page.context().close();

// The browser itself reports answers that are no success.
const allowed = [/status of (400|504|503)/];
page = await open(at('SELECT oops'), { allowed });
await page.locator('.refusal', { hasText: '查询或更新有误' }).waitFor();
await check(page, 'a query that is none');
await page.context().close();
page = await open('/en' + at('SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }'), { allowed });
await page.locator('.refusal', { hasText: 'What to do' }).waitFor({ timeout: 60_000 });
assert.equal(await page.locator('.refusal', { hasText: '上限' }).count(), 0, 'in English only');
assert.equal(await page.locator('table.answer').count(), 0);
await page.context().close();

// An answer that breaks off is none.
page = await open('/sparql', { allowed: [/ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION|ERR_FAILED/] });
await islands(page);
await page.route('**/sparql', (route) => (route.request().method() === 'POST' ? route.abort('connectionreset') : route.continue()));
await page.getByRole('button', { name: '查询', exact: true }).click();
await page.locator('.refusal').waitFor();
assert.equal(await page.locator('table.answer').count(), 0);
await page.context().close();

// Without scripts it is a form, and the answer a page.
page = await open('/sparql?question=led-and-supported', { scripts: false });
await page.getByRole('button', { name: '查询', exact: true }).click();
await page.getByRole('cell', { name: '完善居家社区养老服务' }).first().waitFor();
assert.match(await page.locator('.answer-place .count').textContent(), /共 3 行，结果完整/);
await page.context().close();
await close();
