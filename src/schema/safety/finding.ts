import type { Schema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { Operation } from '../operations/operation.ts';
import type { SqlParser } from './sql/deed.ts';

/**
 * What an operation does to those who use the database meanwhile: code that runs `breaks`; readers or writers are `blocked`; it
 * `fails` on rows that are there; data is `lost`; `unknown`: nobody could look at it. An `advice` keeps nobody from doing it.
 */
export type Severity = 'breaks' | 'blocks' | 'fails' | 'loses' | 'unknown' | 'advice';

/** Operations that are one migration, applied before the next stage is. */
export interface Stage {
  readonly operations: readonly Operation[];
  /** What has to be done, by people, before it is applied: wait for an hour in which few write, mostly. */
  readonly first?: string | undefined;
  /** What has to be done, by people, before the next stage is applied: deploy other code, mostly. */
  readonly then?: string | undefined;
}

/** Something that an operation does to a database that is in use. */
export interface Finding {
  /** Which rule found it: a name that stays. */
  readonly rule: string;
  /** Position of the operation, counted from 0. */
  readonly operation: number;
  /** The name by which it is acknowledged, such as `add index post_title_idx`. */
  readonly name: string;
  readonly severity: Severity;
  /** What happens, to which table, under which lock. */
  readonly what: string;
  /** Whether it takes longer the more rows there are. */
  readonly grows: boolean;
  /** How to do it instead. */
  readonly remedy: string;
  /** The same in stages that hurt nobody, or as little as can be; undefined where that cannot be generated. */
  readonly safe: readonly Stage[] | undefined;
}

/** What the analysis knows besides the operations. */
export interface SafetyContext {
  readonly dialect: Dialect;
  /** Tables, as `keyOf` names them, that hold no rows: they are made by what is applied in the same go. */
  readonly created?: ReadonlySet<string> | undefined;
  /** Whose operations they are: SQL has no name but that of its migration. */
  readonly migration?: string | undefined;
  /** Reads SQL of the application's own; without one each is a finding. */
  readonly parser?: SqlParser | undefined;
}

/** What a rule says of an operation; the rest is the same for all of them. */
export type Remark = Omit<Finding, 'operation' | 'name' | 'safe'> & {
  readonly name?: string | undefined;
  readonly safe?: Finding['safe'];
};

/** Where an operation stands. */
export interface Place extends SafetyContext {
  /** The schema before it, as far as it is known. */
  readonly before: Schema;
  /** Those that stand before it in the same migration. */
  readonly earlier: readonly Operation[];
  /** Those that come after it. */
  readonly later: readonly Operation[];
}
