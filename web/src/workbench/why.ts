/** Why an answer is empty: the server looks for the part of the query that nothing matches. */
import { element } from '../element';
import { t } from '../language';

interface Reason {
  /** The part, as SPARQL. */
  pattern: string;
  /** In words. */
  zh: string;
  en: string;
}

export async function why(place: HTMLElement, address: string, query: string): Promise<void> {
  const told = (words: string) => element('p', { class: 'note' }, words);
  place.append(told(t('正在查是哪一处没有匹配……', 'Looking for what matches nothing…')));
  let reasons: Reason[];
  try {
    const response = await fetch(`${address}?${new URLSearchParams({ query })}`);
    if (!response.ok) throw new Error(String(response.status));
    ({ reasons } = (await response.json()) as { reasons: Reason[] });
  } catch {
    place.lastChild?.replaceWith(told(t('没能查出是哪一处没有匹配。', 'What matches nothing could not be found out.')));
    return;
  }
  const list = reasons.map((reason) =>
    element('li', {}, element('p', {}, t(reason.zh, reason.en)), element('pre', {}, element('code', {}, reason.pattern))),
  );
  place.lastChild?.replaceWith(element('ul', { class: 'reasons' }, ...list));
}
