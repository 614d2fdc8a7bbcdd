import type { Attributes } from '@opentelemetry/api';
import type { StatementDatabase, StatementEvent } from '../../adapters/statement-events.ts';
import { withoutSqlComment } from '../../utils/sql-comment.ts';
import { withoutLiterals } from '../../utils/sql-literals.ts';
import { quotesOf, sqlTokens } from '../../utils/sql-tokens.ts';
import type { SqlQuotes } from '../../utils/sql-tokens.ts';
import { ATTRIBUTE } from './names.ts';
import { summaryOf } from './summary.ts';
import type { Summary } from './summary.ts';

/** So many texts are kept; a program has its statements, and what exceeds them is made up. */
const MAX_SHAPES = 1_000;
/** A longer text is cut: thousands of placeholders tell nothing. */
const MAX_TEXT = 16_384;

/** What is said of all statements of one text. */
export interface StatementShape {
  readonly spanName: string;
  /** Of spans and metrics. */
  readonly attributes: Attributes;
  /** Without values. */
  readonly queryText: string | undefined;
}

/** What is said of statements, found out once for each text. */
export class StatementShapes {
  readonly #database: Attributes;
  readonly #quotes: SqlQuotes;
  readonly #shapes = new Map<string, StatementShape>();

  constructor(database: StatementDatabase, attributes: Attributes) {
    this.#database = attributes;
    this.#quotes = quotesOf(database.dialect);
  }

  of(event: StatementEvent): StatementShape {
    const sql = withoutSqlComment(event.sql);
    const key = event.runs > 1 ? `BATCH ${sql}` : sql;
    let shape = this.#shapes.get(key);
    if (shape !== undefined) return shape;
    shape = event.kind === 'control' ? this.#control(sql) : this.#query(sql, event);
    if (this.#shapes.size >= MAX_SHAPES) this.#shapes.delete(this.#shapes.keys().next().value!);
    this.#shapes.set(key, shape);
    return shape;
  }

  /** The call that begins or ends a transaction is an operation with a name; its text nobody wrote. */
  #control(name: string): StatementShape {
    const attributes = { ...this.#database, [ATTRIBUTE.operation]: name, [ATTRIBUTE.querySummary]: name };
    return { spanName: name, attributes, queryText: undefined };
  }

  #query(sql: string, { runs, subject }: StatementEvent): StatementShape {
    const text = sql.slice(0, MAX_TEXT);
    const summary = summaryOf(text, this.#quotes);
    const spanName = runs > 1 ? `BATCH ${summary.text}` : summary.text;
    const collection = collectionOf(summary, subject?.table);
    const attributes = {
      ...this.#database,
      [ATTRIBUTE.querySummary]: spanName,
      ...(collection !== undefined && { [ATTRIBUTE.collection]: collection }),
    };
    return { spanName, attributes, queryText: queryTextOf(text, this.#quotes) };
  }
}

/** The table of the model, where the statement is about no other: the convention forbids to take it from the text alone. */
function collectionOf({ targets: [first, ...others] }: Summary, table: string | undefined): string | undefined {
  if (first === undefined || table === undefined || others.length > 0) return undefined;
  return first === table || first.endsWith(`.${table}`) ? first : undefined;
}

/** A text with placeholders as it is, since values are elsewhere; in others each literal is hidden. */
export function queryTextOf(sql: string, quotes: SqlQuotes): string {
  for (const { kind } of sqlTokens(sql, quotes)) if (kind === 'parameter') return sql;
  return withoutLiterals(sql, quotes);
}
