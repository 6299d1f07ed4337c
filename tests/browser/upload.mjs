// Someone with an editor's token adds documents: what is read is seen before it is kept, file by file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { address, check, close, dir, open } from './open.mjs';

const samples = join(import.meta.dirname, '../../seeds/samples');
const name = 'wanghu-elderly-plan-2025.txt';
const plan = { name, mimeType: 'text/plain', buffer: readFileSync(join(samples, name)) };
const pdf = { name: '扫描件.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1') };
const stored = async () => (await (await fetch(`${address}/api/v1/documents`)).json()).total;

// The browser itself reports answers that are no success.
const page = await open('/add', { allowed: [/status of 4\d\d/] });
await check(page, 'adding documents');
await page.getByLabel('编辑令牌').fill('not the token');
await page.locator('input[type=file]').setInputFiles([plan]);
const first = page.locator('#list > li').first();
await first.getByText('没有成功').waitFor();
await page.getByLabel('编辑令牌').fill(process.env.TOKEN);
await first.getByRole('button').click();
await first.getByText('读出，等待决定').waitFor();

await page.locator('input[type=file]').setInputFiles([pdf]);
const second = page.locator('#list > li').nth(1);
await second.getByText('没有成功').waitFor();
assert.equal(await stored(), 0, 'a preview keeps nothing');

await first.getByRole('button', { name: '看读出的内容' }).click();
await page.locator('#shown').getByText('预览：尚未收录').waitFor();
assert.match(await page.locator('#shown').innerText(), /望湖区老龄工作2025年行动计划/);
await check(page, 'a preview');

await first.getByRole('button', { name: '收录', exact: true }).click();
await first.getByText('已收录').waitFor();
assert.equal(await stored(), 1);
// An archive is its documents: one that cannot be read keeps no other out.
await page.locator('input[type=file]').setInputFiles([join(dir, '来文.zip')]);
const third = page.locator('#list > li').nth(2);
await third.getByText('读出，等待决定 · 2').waitFor();
await third.getByText('来文.zip/2024/要点.txt').waitFor();
await third.getByText('the file is empty').waitFor();
await check(page, 'an archive');
await third.getByRole('button', { name: '收录', exact: true }).click();
await third.getByText('已收录').waitFor();
assert.equal(await stored(), 2);
assert.equal(await third.getByRole('link', { name: '打开' }).count(), 1);

await first.getByRole('link', { name: '打开' }).click();
await page.getByRole('heading', { level: 1, name: /望湖区老龄工作2025年行动计划/ }).waitFor();
await check(page, 'the document that was added');
assert.equal(await page.evaluate(() => document.cookie), '');
await close();
