import type { DdlStatement } from '../../core/ast/ddl.ts';
import type { Schema, TableName, TableSchema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { tableIn } from '../state.ts';
import type { Effect, SqlStep } from './step.ts';

/** One operation between two schemas, on its way to the statements of a database. */
export class Change {
  readonly before: Schema;
  readonly after: Schema;
  readonly dialect: Dialect;
  /** Of the operation, counted from 0. */
  readonly position: number;

  constructor(before: Schema, after: Schema, dialect: Dialect, position: number) {
    this.before = before;
    this.after = after;
    this.dialect = dialect;
    this.position = position;
  }

  tableBefore(name: TableName): TableSchema {
    return tableIn(this.before, name);
  }

  tableAfter(name: TableName): TableSchema {
    return tableIn(this.after, name);
  }

  /** The effect is the first statement's; those that follow do no harm when they are done twice. */
  ddl(statement: DdlStatement, effect: Effect | undefined, outside = false): SqlStep[] {
    return this.dialect.ddl(statement).map((sql, i) => ({
      ...this.again(sql),
      outside,
      ...(i === 0 && effect !== undefined && { resume: 'look' as const, effect }),
    }));
  }

  /** A statement that does no harm when it is done twice. */
  again(sql: string): SqlStep {
    return {
      kind: 'sql',
      operation: this.position,
      outside: false,
      sql,
      own: false,
      resume: 'again',
      effect: undefined,
    };
  }
}
