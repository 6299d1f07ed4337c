import { element } from './element';
import { t } from './language';

/** What an island could not get, in words for the reader. */
export class Unavailable extends Error {}

/** The data of an island: embedded in it, or at its address. */
export async function data<T>(host: HTMLElement): Promise<T> {
  const embedded = host.querySelector(':scope > script[type="application/json"]');
  if (embedded) return JSON.parse(embedded.textContent ?? '') as T;
  const address = host.dataset['src'];
  if (!address) throw new Unavailable(t('页面没有给出数据。', 'The page gives no data.'));
  let response: Response;
  try {
    response = await fetch(address, { headers: { accept: 'application/json' } });
  } catch {
    throw new Unavailable(t('连不上服务器。', 'The server cannot be reached.'));
  }
  if (!response.ok) {
    throw new Unavailable(
      t(`服务器没有给出数据（${response.status}）。`, `The server gave no data (${response.status}).`),
    );
  }
  try {
    return (await response.json()) as T;
  } catch {
    throw new Unavailable(t('数据没有传完。', 'The data did not arrive whole.'));
  }
}

/** Puts a picture before what the server has rendered, which stays at hand for keyboards and screen readers. */
export function place(host: HTMLElement, summary: string): HTMLElement {
  const fallback = [...host.childNodes].filter((node) => !(node instanceof HTMLScriptElement));
  const picture = element('div', {
    class: 'picture',
    role: 'img',
    'aria-label': host.dataset['label'] ?? t('图，内容与下面的列表相同', 'A picture of the list below'),
  });
  const folded = element('details', { class: 'as-list' }, element('summary', {}, summary));
  folded.append(...fallback);
  host.append(element('div', { class: 'picture-frame' }, picture), folded);
  return picture;
}

/** Says why there is no picture; what the server has rendered stays as it is. */
export function excuse(host: HTMLElement, error: unknown): void {
  const reason = error instanceof Unavailable ? error.message : t('画图时出了错。', 'Drawing it failed.');
  if (!(error instanceof Unavailable)) console.warn(error);
  const also = t('内容见列表。', 'The list says the same.');
  host.prepend(element('p', { class: 'note', role: 'status' }, `${t('没有图：', 'No picture: ')}${reason}${also}`));
}

/** Draws a picture in an island, or says why it cannot. */
export async function picture<T>(
  host: HTMLElement,
  draw: (place: HTMLElement, data: T) => void,
  isEmpty: (data: T) => boolean,
): Promise<void> {
  let read: T;
  try {
    read = await data<T>(host);
  } catch (error) {
    excuse(host, error);
    return;
  }
  // Nothing to draw: what the server has rendered says so.
  if (isEmpty(read)) return;
  const before = [...host.childNodes];
  try {
    draw(place(host, t('列表', 'As a list')), read);
  } catch (error) {
    host.replaceChildren(...before);
    excuse(host, error);
  }
}

/** Follows a link of the data: to a page of this site only. */
export function follow(href: string | undefined): void {
  if (!href) return;
  const target = new URL(href, location.href);
  if (target.origin === location.origin) location.assign(target);
}
