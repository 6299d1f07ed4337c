/** Colours of the pictures: those of the page, light or dark. */
export interface Theme {
  dark: boolean;
  text: string;
  muted: string;
  line: string;
  background: string;
  /** Colours of series and kinds, apart from one another for most colour-blind readers (after Okabe and Ito). */
  palette: string[];
}

const scheme = matchMedia('(prefers-color-scheme: dark)');

export function theme(): Theme {
  const page = getComputedStyle(document.body);
  const dark = scheme.matches;
  return {
    dark,
    text: page.color,
    muted: dark ? '#a8a8a0' : '#5c5c56',
    line: dark ? '#4a4a46' : '#c9c8c0',
    background: page.backgroundColor,
    palette: dark
      ? ['#6cb2eb', '#e8a33d', '#5cc49f', '#e57f6b', '#c79bd2', '#d8cf5f', '#9fb3c8']
      : ['#1b6ca8', '#b45f06', '#0f7b5f', '#a3271f', '#7a4a8c', '#7d7200', '#4a6075'],
  };
}

/** Calls `draw` when the reader changes from light to dark or back. */
export function onThemeChange(draw: () => void): void {
  scheme.addEventListener('change', draw);
}
