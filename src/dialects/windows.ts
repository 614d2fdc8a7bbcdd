import type { Frame, Window, WindowName } from '../core/ast/expressions.ts';

export const WINDOW_FUNCTIONS: Readonly<Record<WindowName, string>> = {
  rowNumber: 'ROW_NUMBER',
  rank: 'RANK',
  denseRank: 'DENSE_RANK',
  percentRank: 'PERCENT_RANK',
  cumeDist: 'CUME_DIST',
  ntile: 'NTILE',
  lag: 'LAG',
  lead: 'LEAD',
  firstValue: 'FIRST_VALUE',
  lastValue: 'LAST_VALUE',
  nthValue: 'NTH_VALUE',
};

/** The same rows, sorted by a column of theirs where they had no order. */
export function sorted(window: Window): Window {
  const { orderBy, frame, anchor } = window;
  if (orderBy.length > 0 || anchor === undefined) return window;
  return {
    ...window,
    orderBy: [{ expression: anchor, descending: false, nulls: undefined }],
    frame: frame ?? { unit: 'rows', from: undefined, to: undefined },
  };
}

/** `ROWS BETWEEN 2 PRECEDING AND CURRENT ROW`. */
export function frameText({ unit, from, to }: Frame): string {
  return `${unit.toUpperCase()} BETWEEN ${bound(from, 'PRECEDING')} AND ${bound(to, 'FOLLOWING')}`;
}

function bound(offset: number | undefined, end: 'PRECEDING' | 'FOLLOWING'): string {
  if (offset === undefined) return `UNBOUNDED ${end}`;
  if (offset === 0) return 'CURRENT ROW';
  return offset < 0 ? `${-offset} PRECEDING` : `${offset} FOLLOWING`;
}
