/** How many colours stay apart for colour-blind eyes; further lines repeat them with another dash. */
export const SERIES_COLOURS = 8;

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

/** Colour (from the theme's variables) and dash of the `index`-th line. */
export function seriesStyle(index: number, read: (variable: string) => string): { readonly colour: string; readonly dash: readonly number[] } {
  return { colour: read(`--lt-series-${(index % SERIES_COLOURS) + 1}`), dash: DASHES[Math.floor(index / SERIES_COLOURS) % DASHES.length] ?? [] };
}

/** Reads CSS variables as they hold at `element`. */
export function themeReader(element: Element): (variable: string) => string {
  const style = getComputedStyle(element);
  return variable => style.getPropertyValue(variable).trim();
}
