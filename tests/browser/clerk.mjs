// A clerk who has never heard of graphs, in half a minute: what her bureau leads, with whom, by when, the sentence that says
// so, and the list taken away to Excel (whose cells tests/browser.rs reads).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { check, close, dir, islands, open } from './open.mjs';

const page = await open('/');
// By the initials of the name, as it is typed in any office.
await page.getByRole('searchbox').first().fill('qlsmzj');
await page.keyboard.press('Enter');
await page.getByRole('link', { name: '青澜市民政局', exact: true }).first().click();
await page.getByRole('heading', { level: 1, name: '青澜市民政局' }).waitFor();
await islands(page);
await check(page, 'the agency');

const total = async () => {
  const text = await page.locator('.count').first().textContent();
  return Number(/(\d+) 项/.exec(text)[1]);
};
const all = await total();
await page.locator('.tabs').getByRole('link', { name: '牵头' }).click();
const led = await total();
assert(led > 0 && led <= all, `${led} of ${all}`);

// Narrowed: the facet says beforehand how many there will be.
const fold = page.locator('.facets summary', { hasText: '筛选' });
if (await fold.isVisible()) await fold.click();
const choices = page.locator('.facets .narrow a');
const counts = (await choices.locator('.n').allTextContents()).map(Number);
const choice = counts.findIndex((count) => count > 0 && count < led);
assert(choice >= 0, counts.join());
await choices.nth(choice).click();
const narrowed = await total();
assert.equal(narrowed, counts[choice]);

// The sentence that says so, and its place in the document.
await page.locator('details.evidence summary').first().click();
const words = await page.locator('details.evidence[open] mark').first().textContent();
assert.match(words, /民政局/);
const narrow = page.url();
await page.locator('details.evidence[open]').getByRole('link', { name: '在文件中查看' }).first().click();
await page.waitForURL(/\/page\/(work|version)\//);
assert(new URL(page.url()).hash.length > 1, page.url());
assert((await page.locator('main').innerText()).includes(words.trim()), words);
await page.goto(narrow);

const link = page.getByRole('link', { name: /Excel/ }).first();
const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
await download.saveAs(join(dir, 'ledger.xlsx'));
const headings = await page.locator('.duties h3').evaluateAll((all) => all.map((one) => one.querySelector('a').textContent));
writeFileSync(join(dir, 'expected.json'), JSON.stringify({ rows: narrowed, words: words.trim(), tasks: headings.map((text) => text.trim()) }));
await check(page, 'the agency, narrowed');
await close();
