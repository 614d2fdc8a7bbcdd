import type { StatementSubject } from '../adapters/statement-events.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { QueryRequest } from '../query/state.ts';
import type { KeyQuery } from './compiled.ts';

/** What a statement was made of. Those that a flush or a migration makes say nothing of it. */
export type StatementOrigin = QueryRequest | KeyQuery | RawOrigin;

/** Raw SQL of the application. */
export interface RawOrigin {
  readonly kind: 'raw';
}

export const RAW: RawOrigin = Object.freeze({ kind: 'raw' });

/** What listeners are told of it. */
export function describe(origin: object): StatementSubject | undefined {
  const made = origin as StatementOrigin; // Named cast: the executor hands on what this folder gave it.
  switch (made.kind) {
    case 'raw':
      return undefined;
    case 'get':
      return about(made.meta);
    case 'insertFrom':
      return about(made.into);
    default: {
      const relation = made.state.loads?.relation;
      return about(made.state.meta, relation && `${relation.model.name}.${relation.name}`);
    }
  }
}

function about({ name, table }: ModelMeta, relation?: string): StatementSubject {
  return { model: name, table, relation };
}
