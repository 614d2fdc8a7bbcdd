import type { FieldMeta, IndexMeta, ModelMeta, RelationMeta } from '../metadata.ts';
import type { ValueType } from '../value-types.ts';

/**
 * Expressions: frozen nodes of one closed union. Queries build them in terms of relation paths (`path`, `related`,
 * `relatedAggregate`) and of each other (`nested`); the planner rewrites these four into columns, joins and subqueries, and
 * the compiler prints what is left. Every value is a `param`: SQL text never holds one.
 */
export type Expression =
  | PathExpression
  | RelatedExpression
  | RelatedAggregateExpression
  | ColumnExpression
  | ParamExpression
  | LiteralExpression
  | CompareExpression
  | CompareRowsExpression
  | LogicalExpression
  | NotExpression
  | IsNullExpression
  | BetweenExpression
  | InListExpression
  | InQueryExpression
  | NestedExpression
  | MatchExpression
  | SearchExpression
  | ArithmeticExpression
  | CallExpression
  | CaseExpression
  | CastExpression
  | WindowExpression
  | JsonExpression
  | JsonContainsExpression
  | JsonElementExpression
  | ArrayTestExpression
  | AggregateExpression
  | SubqueryExpression
  | ExistsExpression
  | RawExpression;

/** The type of an expression's value, and whether it may be NULL. */
export interface Typed {
  readonly type: ValueType;
  readonly nullable: boolean;
}

/**
 * Whose columns are meant where one query stands inside another: each set of columns that a callback gets is a token of
 * its own. Without one the innermost query is meant.
 */
export type Origin = symbol | undefined;

/** A field reached from the root of a query over to-one relations; no steps: a field of the root itself. */
export interface PathExpression extends Typed {
  readonly kind: 'path';
  readonly origin?: Origin;
  readonly steps: readonly RelationMeta[];
  readonly field: FieldMeta;
}

export type Quantifier = 'some' | 'none' | 'every';

/** A semi-join: whether some, none or every row of a relation meets a condition. */
export interface RelatedExpression {
  readonly kind: 'related';
  /** Where the steps begin. */
  readonly origin?: Origin;
  /** What the relation's own columns are called in `where`. */
  readonly inner?: Origin;
  /** To-one steps that lead to the owner of the relation. */
  readonly steps: readonly RelationMeta[];
  readonly relation: RelationMeta;
  readonly quantifier: Quantifier;
  /** In terms of the relation's target. */
  readonly where: Expression | undefined;
  /** All rows of the target are meant, whatever scopes it has. */
  readonly whole?: boolean;
}

/** An aggregate over the rows of a to-many relation: a subquery of its own, so that two never multiply. */
export interface RelatedAggregateExpression extends Typed {
  readonly kind: 'relatedAggregate';
  readonly origin?: Origin;
  readonly inner?: Origin;
  readonly steps: readonly RelationMeta[];
  readonly relation: RelationMeta;
  readonly fn: AggregateName;
  /** In terms of the relation's target; `undefined` counts rows. */
  readonly argument: Expression | undefined;
  readonly distinct: boolean;
  readonly where: Expression | undefined;
  /** Of `stringAgg`, in terms of the relation's target. */
  readonly list?: StringList | undefined;
}

/** In which order texts stand in a row, and what is between them: a text of the statement's shape. */
export interface StringList {
  readonly orderBy: readonly OrderNode[];
  readonly separator: string;
}

/** A column of a table in the FROM clause, by alias. */
export interface ColumnExpression extends Typed {
  readonly kind: 'column';
  readonly alias: string;
  readonly column: string;
  /** What an inner query computes, which is not in the form in which a table stores it. */
  readonly computed?: boolean;
}

/** A value that is bound, never printed. `label` names the field in errors. */
export interface ParamExpression extends Typed {
  readonly kind: 'param';
  readonly value: unknown;
  readonly label: ParamLabel;
  /** The value is part of the statement's shape: a dialect may write it into the text. */
  readonly shaped?: true;
  /** In place of a value: that comes when the statement runs. */
  readonly later?: LaterValue;
}

/** A value that is given under a name when a prepared statement runs. */
export interface LaterValue {
  readonly name: string;
  /** @throws InvalidValueError, InvalidQueryError for what the place cannot take. */
  readonly check: (value: unknown) => void;
}

/** Who is to blame for a wrong value. */
export interface ParamLabel {
  readonly model: string;
  readonly field: string;
}

export interface LiteralExpression extends Typed {
  readonly kind: 'literal';
  /** Never a value from outside: those are parameters. */
  readonly value: boolean | null | number;
}

/** `ne` is two-valued: NULL differs from every value. */
export type CompareOperator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

export interface CompareExpression {
  readonly kind: 'compare';
  readonly operator: CompareOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `(a, b) > (?, ?)`: by the first of two that differ. No operand is NULL. */
export interface CompareRowsExpression {
  readonly kind: 'compareRows';
  readonly operator: 'gt' | 'lt';
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
}

export interface LogicalExpression {
  readonly kind: 'and' | 'or';
  readonly items: readonly Expression[];
}

/** Two-valued: true where the operand is false or NULL. */
export interface NotExpression {
  readonly kind: 'not';
  readonly operand: Expression;
}

export interface IsNullExpression {
  readonly kind: 'isNull';
  readonly operand: Expression;
  readonly negated: boolean;
}

export interface BetweenExpression {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
}

/** Membership in a list that is bound as one parameter, so that its length is not part of the query's shape. */
export interface InListExpression {
  readonly kind: 'inList';
  readonly operand: Expression;
  readonly list: ListParam;
}

export interface ListParam {
  readonly kind: 'list';
  readonly values: readonly unknown[];
  readonly type: ValueType;
  readonly label: ParamLabel;
  /** In place of the values: those come when the statement runs. */
  readonly later?: LaterValue;
}

/** Membership in the rows of a query, one operand for each of its columns. */
export interface InQueryExpression {
  readonly kind: 'inQuery';
  readonly operands: readonly Expression[];
  readonly query: SelectStatement;
}

/** A query set inside of an expression: its one value, whether it has rows, or whether the operand is among them. */
export interface NestedExpression extends Typed {
  readonly kind: 'nested';
  readonly form: 'value' | 'exists' | 'in';
  /** Of `in`. */
  readonly operand: Expression | undefined;
  readonly query: NestedQuery;
}

/** What a query set was told. Here it is only passed on: the query layer knows its own. */
export interface NestedQuery {
  readonly meta: ModelMeta;
}

export type MatchOperator = 'exact' | 'contains' | 'startsWith' | 'endsWith' | 'regex';

/** A match of text. The pattern's wildcards are escaped when it is bound; `regex` takes it as it is. */
export interface MatchExpression {
  readonly kind: 'match';
  readonly operator: MatchOperator;
  readonly insensitive: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
}

/** Whether words are in a text that has an index of them. */
export interface SearchExpression {
  readonly kind: 'search';
  readonly operand: Expression;
  readonly index: IndexMeta;
  /** Its value is a list of `SearchTerm`. */
  readonly terms: ParamExpression;
}

/** A word, or several in a row; `without`: it must not be there. */
export interface SearchTerm {
  readonly words: string;
  readonly without: boolean;
}

export type ArithmeticOperator = 'plus' | 'minus' | 'times' | 'dividedBy' | 'modulo';

export interface ArithmeticExpression extends Typed {
  readonly kind: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export type FunctionName =
  | 'abs'
  | 'round'
  | 'negate'
  | 'lower'
  | 'upper'
  | 'trim'
  | 'length'
  | 'arrayLength'
  | 'concat'
  | DatePart
  | 'coalesce'
  | 'isTrue'
  | TextFunction
  | NumberFunction
  | DateFunction
  | 'greatest'
  | 'least'
  | 'nullIf';

/** Positions count from 1, and so do characters of four bytes; `position` is 0 where there is none. */
export type TextFunction =
  | 'replace'
  | 'substring'
  | 'left'
  | 'right'
  | 'padStart'
  | 'padEnd'
  | 'trimStart'
  | 'trimEnd'
  | 'reverse'
  | 'repeat'
  | 'position';

export type NumberFunction = 'floor' | 'ceil' | 'sqrt' | 'power' | 'exp' | 'ln' | 'sign';

/** `shift` takes months, days and milliseconds to add. */
export type DateFunction = 'now' | 'truncate' | 'shift' | 'difference';

/** What dates are cut to, shifted by and counted in. Weeks begin on Mondays. */
export type DateUnit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

/** A part of a date or time, in UTC. `weekDay`: 1 on Mondays to 7 on Sundays. */
export type DatePart = 'year' | 'quarter' | 'month' | 'day' | 'dayOfYear' | 'weekDay' | 'hour' | 'minute' | 'second';

export interface CallExpression extends Typed {
  readonly kind: 'call';
  readonly fn: FunctionName;
  readonly args: readonly Expression[];
  /** For `truncate` and `difference`. */
  readonly unit?: DateUnit;
}

/** The value of the first branch whose condition is true; without any and without `otherwise` NULL. */
export interface CaseExpression extends Typed {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
  readonly otherwise: Expression | undefined;
}

/** A value as one of another type. */
export interface CastExpression extends Typed {
  readonly kind: 'cast';
  readonly operand: Expression;
}

export type WindowName =
  | 'rowNumber'
  | 'rank'
  | 'denseRank'
  | 'percentRank'
  | 'cumeDist'
  | 'ntile'
  | 'lag'
  | 'lead'
  | 'firstValue'
  | 'lastValue'
  | 'nthValue';

/** A function over rows around the row. */
export interface WindowExpression extends Typed {
  readonly kind: 'window';
  readonly fn: WindowName;
  readonly args: readonly Expression[];
  readonly over: Window;
}

/** Which rows: those of a group, in an order, from one to another. */
export interface Window {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderNode[];
  readonly frame: Frame | undefined;
  /** A column of the rows, for a database that sorts windows in any case; the planner gives it. */
  readonly anchor?: ColumnExpression;
}

/** From where to where, counted from the row: before it below 0, after it above, `undefined` is the first or the last one. */
export interface Frame {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** A JSON value as one of a type; NULL where it is of another. */
export type JsonScalar = 'text' | 'number' | 'bool';

/** What is read of a JSON value: itself, itself as one of a type, or whether it is of a kind. */
export type JsonForm = 'json' | JsonScalar | JsonKind;

export type JsonKind = 'null' | 'array' | 'object';

/** A part of a JSON value. NULL where there is none, also where a step is no key of an object or no position in an array. */
export interface JsonExpression extends Typed {
  readonly kind: 'json';
  readonly operand: Expression;
  /** Its value is the list of steps: a text is a key, a number a position. */
  readonly path: ParamExpression;
  readonly steps: readonly JsonStep[];
  readonly as: JsonForm;
}

export type JsonStep = 'key' | 'position';

/** Whether a JSON value contains another: by the database's own test, or by one for each part. */
export interface JsonContainsExpression {
  readonly kind: 'jsonContains';
  readonly operand: Expression;
  readonly value: ParamExpression;
  readonly parts: Expression;
}

/** Whether an array has all of some items, or any of them. */
export interface ArrayTestExpression {
  readonly kind: 'arrayTest';
  readonly operator: 'contains' | 'overlaps';
  readonly operand: Expression;
  readonly list: ListParam;
}

/** Whether an array has this text, number, boolean or null among its items. */
export interface JsonElementExpression {
  readonly kind: 'jsonElement';
  readonly array: JsonExpression;
  readonly as: JsonScalar | 'null';
  readonly element: ParamExpression;
}

export type AggregateName = 'count' | 'sum' | 'avg' | 'min' | 'max' | 'stringAgg';

export interface AggregateExpression extends Typed {
  readonly kind: 'aggregate';
  readonly fn: AggregateName;
  /** `undefined`: `COUNT(*)`. */
  readonly argument: Expression | undefined;
  readonly distinct: boolean;
  readonly filter: Expression | undefined;
  /** Over rows around each row; `undefined`: over the rows of the group. */
  readonly over?: Window | undefined;
  /** Of `stringAgg`. */
  readonly list?: StringList | undefined;
}

/** A query of one column and at most one row, as a value. */
export interface SubqueryExpression extends Typed {
  readonly kind: 'subquery';
  readonly query: SelectStatement;
}

export interface ExistsExpression {
  readonly kind: 'exists';
  readonly query: SelectStatement;
  readonly negated: boolean;
}

/** Text from the `sql` tag: the application's own SQL around expressions and quoted identifiers. */
export interface RawExpression extends Typed {
  readonly kind: 'raw';
  readonly parts: readonly (RawText | RawIdentifier | Expression)[];
}

export interface RawText {
  readonly kind: 'text';
  readonly text: string;
}

export interface RawIdentifier {
  readonly kind: 'identifier';
  readonly names: readonly string[];
}

const BOOL: ValueType = Object.freeze({ kind: 'bool' });

/** A condition where a value is wanted: true or false, since what SQL has as NULL does not hold. */
export function asValue(node: Expression): Expression & Typed {
  // Whether a value is among those of a query is NULL where one of these is.
  const isIn = node.kind === 'nested' && node.form === 'in';
  return 'type' in node && !isIn
    ? node
    : Object.freeze({ kind: 'call', fn: 'isTrue', args: Object.freeze([node]), type: BOOL, nullable: false });
}

/** The type of any expression; conditions are booleans. */
export function typeOf(node: Expression): Typed {
  return 'type' in node ? node : { type: BOOL, nullable: true };
}

/** `left AND right …`, flattened; what is TRUE is left out, one item stays itself, none is TRUE. */
export function conjunction(items: readonly Expression[]): Expression {
  const needed = items.flatMap((item) => (item.kind === 'and' ? item.items : item === TRUE ? [] : [item]));
  if (needed.length <= 1) return needed[0] ?? TRUE;
  return Object.freeze({ kind: 'and', items: Object.freeze(needed) });
}

/** `left OR right …`; none is FALSE, and one that is TRUE makes the whole TRUE. */
export function disjunction(items: readonly Expression[]): Expression {
  if (items.includes(TRUE)) return TRUE;
  const needed = items.filter((item) => item !== FALSE);
  if (needed.length <= 1) return needed[0] ?? FALSE;
  return Object.freeze({ kind: 'or', items: Object.freeze(needed) });
}

/** The two-valued opposite. */
export function negation(operand: Expression): Expression {
  if (operand === TRUE) return FALSE;
  if (operand === FALSE) return TRUE;
  return Object.freeze({ kind: 'not', operand });
}

export const TRUE: LiteralExpression = Object.freeze({ kind: 'literal', value: true, type: BOOL, nullable: false });
export const FALSE: LiteralExpression = Object.freeze({ kind: 'literal', value: false, type: BOOL, nullable: false });

/** A sort key. `nulls` undefined: NULL sorts as the lowest value, on every database. */
export interface OrderNode {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | undefined;
}

/** A query, in terms of tables and aliases. It stands here because expressions and queries hold each other. */
export interface TableRef {
  readonly schema: string | undefined;
  readonly table: string;
  readonly alias: string;
}

export interface Join {
  readonly kind: 'inner' | 'left';
  readonly table: TableSource;
  readonly on: Expression;
}

export interface Selection {
  readonly expression: Expression;
  /** Name of the result column, where something refers to it. */
  readonly as: string | undefined;
}

export interface SelectStatement {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly columns: readonly Selection[];
  readonly from: TableSource;
  readonly joins: readonly Join[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
  readonly orderBy: readonly OrderNode[];
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly lock: RowLock | undefined;
}

/** `update`: nobody else may lock the rows; `share`: others may, to read them. */
export type LockStrength = 'update' | 'share';

/** What to do about rows that somebody else has locked: wait for them, leave them out, or fail. */
export type LockWait = 'wait' | 'skip' | 'fail';

/** Rows that are locked until the transaction ends. */
export interface RowLock {
  readonly strength: LockStrength;
  readonly wait: LockWait;
  /** Whose rows; `optional`: a LEFT JOIN may find none. */
  readonly tables: readonly { readonly alias: string; readonly optional: boolean }[];
  /** Whether the application has named them. */
  readonly named: boolean;
}

/** What a FROM clause can name. */
export type TableSource = TableRef | DerivedTable | RankedTable | CommonTableRef;

/** `FROM (SELECT …) AS alias`. */
export interface DerivedTable {
  readonly query: SelectStatement | CompoundStatement | WithStatement;
  readonly alias: string;
  readonly each?: undefined;
}

/** The same, where only some rows of the query are needed. More do no harm. */
export interface RankedTable {
  readonly query: SelectStatement;
  readonly alias: string;
  readonly each: FirstOfEach;
}

/** Of the rows that have one of these values in `by`, the first for each value. */
export interface FirstOfEach {
  readonly by: ColumnExpression;
  readonly of: ListParam;
  readonly orderBy: readonly OrderNode[];
  readonly limit: ParamExpression;
}

/** A table that a WITH clause defines. */
export interface CommonTableRef {
  readonly common: string;
  readonly alias: string;
}

export type SetOperator = 'union' | 'intersect' | 'except';

/** Several queries of equal columns as one, taken from left to right. */
export interface CompoundStatement {
  readonly kind: 'compound';
  readonly operator: SetOperator;
  /** Rows that are there twice stay so. */
  readonly all: boolean;
  readonly sides: readonly SelectStatement[];
}

/** `WITH RECURSIVE`: tables of this one query, each of which may read those before it, and itself. */
export interface WithStatement {
  readonly kind: 'with';
  readonly tables: readonly CommonTable[];
  readonly query: SelectStatement;
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: CompoundStatement;
}

/** A field of the root itself. */
export function fieldPath(field: FieldMeta): PathExpression {
  return { kind: 'path', steps: [], field, type: field.type, nullable: field.nullable };
}

/** The model at the end of to-one steps from `root`. */
export function modelAt(root: ModelMeta, steps: readonly RelationMeta[]): ModelMeta {
  return steps.at(-1)?.target ?? root;
}
