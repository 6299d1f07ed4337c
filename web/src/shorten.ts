/** The begin of a text, of at most so many characters. */
export function shorten(text: string, length: number): string {
  const points = [...text];
  return points.length > length ? `${points.slice(0, length - 1).join('')}…` : text;
}
