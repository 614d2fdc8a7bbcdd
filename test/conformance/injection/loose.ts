/** The API as JavaScript sees it: what the types refuse has to be refused at run time as well. */
import type { Session } from 'blazeorm';

import { Item, Note } from './models.ts';
import type { Kind } from './plain-data.ts';

/** An object whose methods take and give anything. */
export type Loose = PromiseLike<unknown> & { readonly [method: string]: (...args: readonly unknown[]) => Loose };

/** Columns in a callback. */
export type Columns = Readonly<Record<string, Loose & Readonly<Record<string, Loose>>>>;

export const loose = (value: unknown): Loose => value as Loose;

/** A query of the rows that are read. */
export const notes = (session: Session): Loose => loose(session.query(Note));
/** A query of the rows that are written. */
export const items = (session: Session): Loose => loose(session.query(Item));

/** The keys of the rows of a query, in their order. */
export const idsOf = (query: Loose): Loose => query['orderBy']!('id')['valuesList']!('id', { flat: true });

export const KINDS: readonly Kind[] = [
  ...([
    'text',
    'name',
    'number',
    'small',
    'big',
    'ratio',
    'price',
    'flag',
    'day',
    'hour',
    'at',
    'uid',
    'color',
  ] as const),
  ...(['data', 'bytes', 'words', 'custom'] as const),
];
