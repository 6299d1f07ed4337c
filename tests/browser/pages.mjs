// Every page, in both languages, wide and narrow, light and dark: sound, and fit for everybody.
import assert from 'node:assert/strict';

import { check, close, fits, islands, open } from './open.mjs';

const first = await open('/');
// One of each kind that the lists lead to.
const found = {};
for (const list of ['/documents', '/agencies', '/policies']) {
  const page = await first.context().newPage();
  const response = await page.goto(new URL(list, first.url()).href);
  assert.equal(response.status(), 200, list);
  for (const link of await page.locator('main a[href]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
    const kind = /^\/(page\/(?:work|agency)|policy)\//.exec(link)?.[1];
    if (kind) found[kind] ??= link;
  }
  await page.close();
}
await first.context().close();
assert.deepEqual(Object.keys(found).sort(), ['page/agency', 'page/work', 'policy']);

const paths = [
  '/',
  '/documents',
  '/agencies',
  '/tasks',
  '/targets',
  '/matrix',
  '/policies',
  '/search?q=%E5%85%BB%E8%80%81',
  '/sparql',
  '/sparql?question=led-and-supported',
  '/page/ontology',
  '/api',
  ...Object.values(found),
];
for (const path of paths) {
  for (const [prefix, window] of [
    ['', { width: 1440 }],
    ['/en', { width: 360, height: 740, dark: true }],
  ]) {
    const page = await open(prefix + path, window);
    await islands(page);
    await check(page, `${prefix}${path} at ${window.width}`);
    assert.equal(await page.locator('html').getAttribute('lang'), prefix ? 'en' : 'zh-CN');
    await page.context().close();
  }
  // As it stands before its scripts come, or without them.
  const bare = await open(`/en${path}`, { width: 360, height: 740, scripts: false });
  await fits(bare, `/en${path} without scripts`);
  await bare.context().close();
}
await close();
console.log(`${paths.length} pages`);
