/**
 * The workbench: what the server has rendered is a form with a text area. Here it becomes an editor, and answers are shown
 * as a table, a chart or a network on the same page. The state is in the address: `?q=` the query, `view=` and its columns.
 */
import './workbench.css';

import { element } from '../element';
import { number, t } from '../language';
import { ask, Refusal, type Answer } from './ask';
import { editor } from './editor';
import { chart, network, type Choice } from './pictures';
import { table } from './table';
import { Terms, type Known } from './terms';
import { why } from './why';

const VIEWS = { table: t('表格', 'Table'), chart: t('图表', 'Chart'), network: t('关系图', 'Network') };
type View = keyof typeof VIEWS;
/** What the names of a view's own values begin with in the address, where questions have theirs too. */
const OF_VIEW = 'view.';

export default function workbench(host: HTMLElement): void {
  const form = host.querySelector<HTMLFormElement>('form.query')!;
  const area = form.querySelector('textarea')!;
  const place = host.querySelector<HTMLElement>('.answer-place')!;
  const downloads = host.querySelector<HTMLElement>('.downloads')!;
  const { endpoint = '', why: reasons = '', things = '' } = host.dataset;
  const known = JSON.parse(host.querySelector('script[type="application/json"]')?.textContent ?? '') as Known;
  const terms = new Terms(known);
  const address = new URL(location.href);
  let view = (address.searchParams.get('view') ?? 'table') as View;
  let choice: Choice = {};
  for (const [name, value] of address.searchParams) {
    if (name.startsWith(OF_VIEW)) choice[name.slice(OF_VIEW.length)] = value;
  }

  const given = area.value;
  const label = area.labels?.[0]?.textContent?.trim() ?? 'SPARQL';
  const frame = element('div', { class: 'editor' });
  area.before(frame);
  area.hidden = true;
  const code = editor(frame, area.value, label, terms, things, () => form.requestSubmit());

  const status = element('p', { class: 'count', role: 'status' });
  const stop = element('button', { type: 'button', class: 'quiet', hidden: '' }, t('停止', 'Stop'));
  const share = element('button', { type: 'button', class: 'quiet' }, t('复制链接', 'Copy link'));
  form.querySelector('.actions')?.append(stop, share);
  share.addEventListener('click', () => {
    remember();
    navigator.clipboard.writeText(location.href).then(
      () => (status.textContent = t('链接已复制。', 'The link is copied.')),
      () => (status.textContent = t('链接在地址栏里。', 'The link is in the address bar.')),
    );
  });

  /** Puts the state into the address, so that it can be shared and kept. */
  const remember = () => {
    const shared = new URL(location.href);
    for (const name of [...shared.searchParams.keys()]) {
      if (name === 'view' || name.startsWith(OF_VIEW)) shared.searchParams.delete(name);
    }
    // A question of the library keeps its name until its text is changed.
    if (code.value() !== given) {
      shared.search = '';
      shared.searchParams.set('q', code.value());
    }
    if (view !== 'table') {
      shared.searchParams.set('view', view);
      for (const [name, value] of Object.entries(choice)) shared.searchParams.set(OF_VIEW + name, value);
    }
    history.replaceState(null, '', shared);
  };

  let running: AbortController | undefined;
  stop.addEventListener('click', () => running?.abort());

  const run = async () => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    const query = code.value();
    area.value = query;
    remember();
    downloads.hidden = true;
    stop.hidden = false;
    status.textContent = t('正在查询……', 'Asking…');
    place.replaceChildren(status);
    const began = performance.now();
    try {
      const answer = await ask(endpoint, query, mine.signal);
      if (running !== mine) return;
      show(answer, query, performance.now() - began);
    } catch (error) {
      if (running !== mine) return;
      if (mine.signal.aborted) status.textContent = t('已停止，没有结果。', 'Stopped; there is no answer.');
      else refuse(error);
    } finally {
      if (running === mine) stop.hidden = true;
    }
  };

  const refuse = (error: unknown) => {
    status.textContent = t('没有结果。', 'There is no answer.');
    const refusal =
      error instanceof Refusal ? error : new Refusal(t('结果读不懂。', 'The answer cannot be read.'), String(error));
    const box = element('div', { class: 'refusal', role: 'alert' }, element('p', { class: 'title' }, refusal.message));
    if (refusal.detail) box.append(element('pre', {}, refusal.detail));
    if (refusal.remedy) box.append(element('p', {}, `${t('怎么办：', 'What to do: ')}${refusal.remedy}`));
    place.append(box);
  };

  const show = (answer: Answer, query: string, took: number) => {
    const seconds = (took / 1000).toFixed(2);
    if (answer.kind === 'truth') {
      const word = answer.value ? t('是', 'Yes') : t('否', 'No');
      status.textContent = t(`${word}。用时 ${seconds} 秒。`, `${word}. It took ${seconds} s.`);
      if (!answer.value) explain(query);
      return;
    }
    downloads.hidden = false;
    downloads.querySelector<HTMLInputElement>('input[name="query"]')!.value = query;
    for (const kind of ['rows', 'triples']) {
      downloads.querySelector<HTMLElement>(`.${kind}`)!.hidden = answer.kind !== kind;
    }
    const rows = answer.rows.length;
    const what = answer.kind === 'rows' ? t('行', 'rows') : t('条三元组', 'triples');
    status.textContent = t(
      `共 ${number(rows)} ${what}，结果完整；用时 ${seconds} 秒。`,
      `${number(rows)} ${what}, the whole answer; it took ${seconds} s.`,
    );
    if (rows === 0) {
      explain(query);
      return;
    }
    place.append(views(answer));
  };

  const explain = (query: string) => {
    const box = element('div', { class: 'empty' }, element('p', {}, t('没有一行符合查询。', 'Nothing answers the query.')));
    place.append(box);
    void why(box, reasons, query);
  };

  const views = (answer: Answer & { kind: 'rows' | 'triples' }): HTMLElement => {
    const tabs = element('div', { class: 'views', role: 'group', 'aria-label': t('显示为', 'Show as') });
    const area = element('div', { class: 'view' });
    const draw = (next: View) => {
      view = next;
      for (const tab of tabs.children) tab.setAttribute('aria-pressed', String((tab as HTMLElement).dataset['view'] === view));
      const changed = (chosen: Choice) => {
        choice = chosen;
        remember();
      };
      if (view === 'chart') chart(area, answer, terms, choice, changed);
      else if (view === 'network') network(area, answer, terms, choice, changed);
      else {
        table(area, answer, terms);
        remember();
      }
    };
    for (const [name, text] of Object.entries(VIEWS)) {
      const tab = element('button', { type: 'button', 'data-view': name }, text);
      tab.addEventListener('click', () => {
        choice = {};
        draw(name as View);
      });
      tabs.append(tab);
    }
    draw(view in VIEWS ? view : 'table');
    return element('div', {}, tabs, area);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
  if (host.dataset['run'] !== undefined) void run();
}
