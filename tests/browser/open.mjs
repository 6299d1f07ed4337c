// What all scenarios share: a browser, pages that keep what went wrong, and what is asked of every page.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The packages are those of web/.
const require = createRequire(join(import.meta.dirname, '../../web/package.json'));
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');

export const [address, dir] = process.argv.slice(2);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

/**
 * A page of the site in a window of its own. `allowed` are messages of the console that belong to the scenario.
 */
export async function open(path, { width = 1440, height = 900, dark = false, scripts = true, allowed = [] } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: scripts,
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && !allowed.some((pattern) => pattern.test(text))) {
      wrong.push(`${message.type()}: ${text} (${page.url()})`);
    }
  });
  page.on('pageerror', (error) => wrong.push(`${error.stack} (${page.url()})`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${address}/`) && !/^(data|blob):/.test(url)) wrong.push(`another host: ${url}`);
  });
  page.on('dialog', (dialog) => {
    wrong.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const response = await page.goto(address + path);
  assert.equal(response.status(), 200, path);
  /** That nothing went wrong so far. */
  page.sound = () => assert.deepEqual(wrong, [], path);
  return page;
}

/** Waits until the islands that are in sight have begun. */
export async function islands(page) {
  await page.waitForFunction(() => [...document.querySelectorAll('[data-island]')].every((host) => {
    const { top } = host.getBoundingClientRect();
    return 'ready' in host.dataset || top > innerHeight;
  }));
}

/** That nothing of the page stands beyond its right edge; what may be scrolled by itself does not count. */
export async function fits(page, name) {
  const over = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const inside = (one) => one.parentElement && (getComputedStyle(one.parentElement).overflowX === 'auto' || inside(one.parentElement));
    const wide = [...document.body.querySelectorAll('*')].filter(
      (one) => one.getBoundingClientRect().right > clientWidth + 1 && !inside(one),
    );
    return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 160))];
  });
  assert.deepEqual(over, [], `${name}: it scrolls sideways`);
}

/** What is asked of every page: nothing wrong in the console, no scrolling sideways, nothing serious for axe. */
export async function check(page, name) {
  page.sound();
  await fits(page, name);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`);
    return `${id}: ${help}\n  ${places.join('\n  ')}`;
  });
  assert.deepEqual(told, [], `${name}: axe`);
}

export async function close() {
  await browser.close();
}
