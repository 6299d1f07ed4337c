/** The language of the page; what the program itself says is in this language only. */
const english = document.documentElement.lang.startsWith('en');

/** Of one text in two languages, the one that the page is in. */
export function t(zh: string, en: string): string {
  return english ? en : zh;
}

/** A number as people write it. */
export function number(value: number): string {
  return value.toLocaleString(english ? 'en' : 'zh-CN');
}
